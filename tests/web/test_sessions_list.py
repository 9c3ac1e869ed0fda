"""Lists of sessions: one's own, everybody's for staff, on the dashboard, left behind."""

from pathlib import Path

import pytest
from django.utils import timezone

from runs.models import CreationSession


@pytest.fixture
def session_row(member):
    def make(**fields):
        values = {
            "kind": "run",
            "owner": member,
            "touched_at": timezone.now(),
            "inputs": {"label": "mine", "project": "optics"},
            **fields,
        }
        return CreationSession.objects.create(**values)

    return make


@pytest.fixture
def left(session_row, settings):
    """A cancelled session with a file in its staging directory."""
    root = settings.FUSIONWEB_STATUS_DIRS[0]
    session = session_row(state="aborted", discard_files=False, ended_at=timezone.now())
    place = root / ".sessions" / session.pk
    (place / "made").mkdir(parents=True)
    (place / "made" / "README.md").write_text("12345")
    session.root, session.staging = str(root), str(place)
    session.save()
    return session


def shown(response):
    return response.content.decode()


def test_it_says_how_to_begin_where_there_is_none(client, member):
    client.force_login(member)
    assert "Begin one" in shown(client.get("/sessions/"))


def test_it_lists_half_finished_and_ended_ones_of_ones_own(
    client, member, other_member, session_row
):
    session_row(step="readme")
    session_row(state="done", inputs={"label": "ended"})
    session_row(owner=other_member, inputs={"label": "hers"})
    client.force_login(member)
    page = shown(client.get("/sessions/?owner=all"))
    assert "left at Readme" in page and "ended" in page and "run in optics" in page
    assert "hers" not in page


def test_it_shows_staff_everybodys_on_demand(client, staff, session_row):
    session_row()
    client.force_login(staff)
    assert "mine" not in shown(client.get("/sessions/")).split("<main")[1]
    assert "mine" in shown(client.get("/sessions/?owner=all"))


def test_it_shows_the_question_of_one_that_asks(client, member, session_row):
    session_row(state="input_required", pending_input={"reason": "Which <b>seed</b>?"})
    client.force_login(member)
    assert "Which &lt;b&gt;seed&lt;/b&gt;?" in shown(client.get("/sessions/"))


def test_it_pages_through_what_has_ended(client, member, session_row):
    for number in range(51):
        session_row(state="done", inputs={"label": f"number-{number}"})
    client.force_login(member)
    first = client.get("/sessions/")
    assert "number-50" in shown(first) and "number-0<" not in shown(first)
    older = client.get("/sessions/", {"after": first.context["page"].older})
    assert "number-0<" in shown(older)


def test_it_shows_ones_half_finished_on_the_dashboard(client, member, other_member, session_row):
    session_row()
    session_row(owner=other_member, inputs={"label": "hers"})
    session_row(state="done", inputs={"label": "ended-one"})
    client.force_login(member)
    for headers in ({}, {"HX-Request": "true"}):
        page = shown(client.get("/", headers=headers))
        assert "Half-finished" in page and ">mine</a>" in page
        assert "hers" not in page and "ended-one" not in page


def test_it_stays_away_from_a_dashboard_without_any(client, member):
    client.force_login(member)
    assert "Half-finished" not in shown(client.get("/"))


def test_it_offers_half_finished_ones_before_another_is_begun(client, member, session_row):
    session_row()
    client.force_login(member)
    page = shown(client.get("/sessions/new/"))
    assert "Half-finished" in page and "New run, step by step" in page


def test_it_leads_to_the_wizard_from_the_projects(client, member):
    client.force_login(member)
    assert "New project" in shown(client.get("/projects/"))


def test_it_shows_staff_what_is_left_behind(client, staff, left):
    client.force_login(staff)
    page = shown(client.get("/sessions/left/"))
    assert "1 file, 5 B" in page and "mine" in page and "ada" in page


def test_it_keeps_what_is_left_behind_from_members(client, member, left):
    client.force_login(member)
    assert client.get("/sessions/left/").status_code == 403
    sent = {"session": left.pk, "action": "remove"}
    assert client.post("/sessions/left/", sent).status_code == 403
    assert Path(left.staging).is_dir()


def test_it_removes_what_is_left_and_nothing_beside_it(client, staff, left):
    other = Path(left.staging).parent / "0123456789ab"
    other.mkdir()
    client.force_login(staff)
    sent = {"session": left.pk, "action": "remove", "confirm": "mine"}
    response = client.post("/sessions/left/", sent, follow=True)
    assert "Removed 1 file of mine." in shown(response)
    assert not Path(left.staging).exists() and other.is_dir()
    assert client.post("/sessions/left/", sent).status_code == 409


@pytest.mark.parametrize(("typed", "status"), [({}, 200), ({"confirm": "yours"}, 422)])
def test_it_has_the_name_typed_before_it_removes(client, staff, left, typed, status):
    client.force_login(staff)
    response = client.post("/sessions/left/", {"session": left.pk, "action": "remove", **typed})
    assert response.status_code == status
    assert "1 file, 5 B, of ada. They are gone for good" in shown(response)
    assert Path(left.staging).is_dir()


def test_it_goes_on_with_what_is_left(client, staff, left, program, project):
    CreationSession.objects.filter(pk=left.pk).update(
        inputs={
            "project": "optics",
            "program": "fusion-sim",
            "template": "quick_seconds",
            "label": "rescued",
        }
    )
    client.force_login(staff)
    response = client.post("/sessions/left/", {"session": left.pk, "action": "resume"})
    heir = CreationSession.objects.get(pk=response.url.split("/")[2])
    assert (heir.owner, heir.state) == (left.owner, "done")
    assert not Path(left.staging).exists()


def test_it_says_that_nothing_is_left(client, staff):
    client.force_login(staff)
    assert "Nothing is left behind" in shown(client.get("/sessions/left/"))


def test_it_asks_for_a_login(client, session_row):
    session = session_row()
    for address in ("", "new/", "left/", f"{session.pk}/"):
        assert client.get(f"/sessions/{address}").url.startswith("/accounts/login/")
