"""The page of a confirmed session: phases, the question in place, result, failure, cancel."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from runs.lifecycle.places import SIMULATOR
from runs.models import CreationSession, Event, Run
from tests.web.browser_forms import fields_of


@pytest.fixture
def asking(run_wizard):
    """Stops to ask for a topology file that is not there."""
    run_wizard.press(
        "parameters", "next", **{"set.topology_settings.topology_file": "nowhere.json"}
    )
    run_wizard.press("preview", "confirm")
    assert run_wizard.session.state == "input_required", run_wizard.session.error
    return run_wizard


@pytest.fixture
def twice(run_wizard):
    """Stops to ask whether the same shall run once more."""
    run_wizard.press("preview", "confirm")
    again = run_wizard.client.post(run_wizard.address, {"action": "again"})
    run_wizard.address = again.url
    run_wizard.press("preview", "confirm")
    assert run_wizard.session.pending_input["check"] == "duplicate_run"
    return run_wizard


def answer(wizard, **values):
    fields = fields_of(wizard.open(), '<form class="panel-body"')
    named = {f"answer.{name}": value for name, value in values.items()}
    return wizard.client.post(wizard.address, fields | {"action": "answer"} | named)


def shown(response):
    return response.content.decode()


def test_it_takes_the_file_that_was_asked_for(asking):
    network = (SIMULATOR / "topologies" / "nsfnet.json").read_bytes()
    answer(asking, topology=SimpleUploadedFile("my.json", network))
    assert asking.session.state == "done", asking.session.error
    place = Run.objects.get().directory
    assert network in [path.read_bytes() for path in place.rglob("*.json")]


def test_it_shows_the_question_with_its_reason(asking):
    page = shown(asking.open())
    pending = asking.session.pending_input
    assert pending["reason"].split(".")[0][:20] in page
    assert 'type="file"' in page and 'enctype="multipart/form-data"' in page
    assert "waits for an answer" in page
    assert f'value="{pending["request_id"]}"' in page


def test_it_goes_on_with_an_answer(twice):
    response = answer(twice, decision="new")
    assert response.url == twice.address
    assert twice.session.state == "done"
    assert Run.objects.count() == 2


def test_it_leads_to_the_run_that_was_there_before(twice):
    answer(twice, decision="reuse")
    page = shown(twice.open())
    assert "The run that was made before is used" in page
    assert f'href="/runs/{Run.objects.get().pk}/"' in page


def test_it_says_an_answer_that_does_not_fit_at_its_field(twice):
    response = answer(twice, decision="maybe")
    assert response.status_code == 422
    assert 'id="fault-entry-answer-decision">' in shown(response)
    assert "is one of" in shown(response)
    assert twice.session.state == "input_required"


def test_it_needs_an_answer(twice):
    response = answer(twice)
    assert response.status_code == 422
    assert "is needed" in shown(response)


def test_it_refuses_a_file_that_is_too_large_or_of_another_kind(asking):
    most = asking.session.pending_input["fields"][0]["max_bytes"]
    large = SimpleUploadedFile("a.json", b" " * (most + 1))
    assert "may have at most" in shown(answer(asking, topology=large))
    other = SimpleUploadedFile("a.exe", b"{}")
    assert "ends in" in shown(answer(asking, topology=other))
    junk = SimpleUploadedFile("a.json", b"\xff\xfe{")
    response = answer(asking, topology=junk)
    assert response.status_code == 422
    assert asking.session.state == "input_required"


def test_it_tells_that_another_question_is_asked_by_now(twice):
    fields = {"action": "answer", "request_id": "000000000000", "answer.decision": "new"}
    response = twice.client.post(twice.address, fields, follow=True)
    assert "Another question is asked by now." in shown(response)
    assert twice.session.state == "input_required"


def test_it_tells_that_nothing_is_asked_any_more(twice):
    late = {
        "action": "answer",
        "request_id": twice.session.pending_input["request_id"],
        "answer.decision": "new",
    }
    answer(twice, decision="new")
    response = twice.client.post(twice.address, late, follow=True)
    assert "This session has ended" in shown(response)
    assert Run.objects.count() == 2


def test_it_updates_its_parts_by_itself(asking):
    part = asking.client.get(asking.address, headers={"HX-Request": "true"})
    page = shown(part)
    assert "<html" not in page
    assert (
        'id="session-body" class="session-body" data-part' in page
        and 'id="session-head" data-part' in page
    )


def test_it_asks_before_it_cancels(asking):
    response = asking.client.post(asking.address, {"action": "cancel"})
    page = shown(response)
    assert "Cancel, keep the files" in page and "Cancel, discard the files" in page
    assert "data-close-dialog" in page
    assert asking.session.state == "input_required"


def test_it_asks_in_a_dialog_where_there_is_script(asking):
    response = asking.client.post(
        asking.address, {"action": "cancel"}, headers={"HX-Request": "true"}
    )
    assert "<html" not in shown(response)
    assert 'name="files" value="discard"' in shown(response)


@pytest.mark.parametrize(("files", "words"), [("keep", "are kept"), ("discard", "were discarded")])
def test_it_keeps_or_discards_its_files(asking, files, words):
    place = Path(asking.session.staging)
    assert place.is_dir()
    response = asking.client.post(asking.address, {"action": "cancel", "files": files}, follow=True)
    assert words in shown(response)
    assert place.is_dir() == (files == "keep")
    assert asking.session.state == "aborted"


def test_it_cancels_once(asking):
    sent = {"action": "cancel", "files": "keep"}
    asking.client.post(asking.address, sent)
    response = asking.client.post(asking.address, sent, follow=True)
    assert "This session has ended" in shown(response)


def test_it_discards_a_draft_or_keeps_it_for_later(run_wizard):
    page = shown(run_wizard.press("readme", "cancel", objective="typed before"))
    assert "Keep it for later" in page and "Discard the draft" in page
    assert run_wizard.session.inputs["objective"] == "typed before"
    sent = {"action": "cancel", "files": "discard"}
    response = run_wizard.client.post(run_wizard.address, sent)
    assert response.url == "/sessions/"
    assert run_wizard.session.state == "aborted"


def test_it_says_a_failure_with_what_to_do_and_begins_again(run_wizard, settings):
    run_wizard.press("readme", "next", objective="keep me")
    run_wizard.press("preview", "goto:preview")
    fail(run_wizard.session)
    page = shown(run_wizard.open())
    assert "It could not be made" in page
    assert "There is something at x already." in page
    assert "Choose another name, and try again." in page
    assert "trace id" in page
    again = run_wizard.client.post(run_wizard.address, {"action": "again"})
    assert again.url != run_wizard.address
    draft = CreationSession.objects.get(pk=again.url.split("/")[2])
    assert draft.is_draft and draft.inputs["objective"] == "keep me"
    assert draft.step == "parameters"


def fail(session):
    """As a session is that lost a race for its name."""
    CreationSession.objects.filter(pk=session.pk).update(
        state="failed",
        failed_phase="writing_records",
        confirmed_at=session.touched_at,
        ended_at=session.touched_at,
        error={
            "code": "destination_exists",
            "message": "There is something at x already.",
            "field": "label",
            "trace_id": "abc",
        },
    )


def test_it_marks_the_phase_in_which_it_failed(run_wizard):
    fail(run_wizard.session)
    phases = run_wizard.open().context["phases"]
    assert [row.look for row in phases] == ["completed"] * 3 + ["failed"] + ["pending"] * 2


def test_it_shows_how_far_the_checks_are(run_wizard):
    session = run_wizard.session
    CreationSession.objects.filter(pk=session.pk).update(
        state="check_pass", confirmed_at=session.touched_at
    )
    Event.objects.create(
        topic="sessions",
        kind="session.progress",
        subject=f"session:{session.pk}",
        payload={"current": 3, "total": 7, "label": "seed"},
    )
    assert "3 of 7: seed" in shown(run_wizard.open())


def test_it_says_what_the_checks_remarked(run_wizard):
    session = run_wizard.session
    CreationSession.objects.filter(pk=session.pk).update(
        findings=[{"phase": "running_checks", "code": "size", "message": "<b>much</b>"}],
        state="done",
        result={"run_id": "gone", "path": "/x", "findings": []},
    )
    page = shown(run_wizard.open())
    assert "&lt;b&gt;much&lt;/b&gt;" in page
    assert "The run has been deleted since." in page


def test_it_says_what_it_was_when_nobody_came_back(run_wizard):
    CreationSession.objects.filter(pk=run_wizard.session.pk).update(
        state="aborted",
        error={"code": "session_expired", "message": "Nobody touched it.", "trace_id": ""},
    )
    page = shown(run_wizard.open())
    assert "It has expired" in page and "Nobody touched it." in page
    assert "Edit and try again" in page


def test_it_begins_one_draft_for_two_presses_of_again(run_wizard):
    fail(run_wizard.session)
    urls = {run_wizard.client.post(run_wizard.address, {"action": "again"}).url for _ in range(2)}
    assert len(urls) == 1


def test_it_is_not_shown_to_others(asking, other_member):
    asking.client.force_login(other_member)
    assert asking.client.get(asking.address).status_code == 404
    sent = {"action": "cancel", "files": "discard"}
    assert asking.client.post(asking.address, sent).status_code == 404
    assert asking.session.state == "input_required"


def test_it_does_nothing_by_itself_when_it_is_only_looked_at(asking):
    before = json.dumps(asking.session.pending_input)
    for method in (asking.client.get, asking.client.head):
        assert method(asking.address).status_code == 200
    assert asking.client.put(asking.address).status_code == 405
    assert json.dumps(asking.session.pending_input) == before
