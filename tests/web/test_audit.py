"""The audit page: who did what, from where, to what."""

import csv
import io
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction
from django.utils import timezone

from runs.accounts.tokens import make_token
from runs.asking import NOBODY, Asker, asking
from runs.events import record_event
from runs.lifecycle.services import cancel_run
from runs.lists.audit_filter import first_seq_at
from runs.models import CreationSession, Event, Run


@pytest.fixture
def site(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def happen(db):
    """Writes an event as a service does; `at` moves it in time."""

    def write(kind="run.cancelled", *, at=None, who=NOBODY, **fields):
        values = {"topic": "runs", "subject": "", "payload": {}, **fields}
        with asking(who), transaction.atomic():
            event = record_event(kind=kind, **values)
        if at:
            Event.objects.filter(pk=event.pk).update(at=at)
        return event

    return write


def text(response):
    return " ".join(response.content.decode().split())


def shown(site, **query):
    """Numbers of the events on the page, in order."""
    answer = site.get("/audit/", query)
    assert answer.status_code == 200
    return [row.event.seq for row in answer.context["rows"]]


def read_csv(response):
    written = async_to_sync(read_all)(response).decode()
    return list(csv.DictReader(io.StringIO(written, newline="")))


async def read_all(response):
    return b"".join([piece async for piece in response])


def test_it_is_for_staff_alone(client, member):
    for address in ("/audit/", "/audit/events.csv"):
        assert client.get(address).status_code == 302
    client.force_login(member)
    for address in ("/audit/", "/audit/events.csv"):
        assert client.get(address).status_code == 403


def test_only_staff_are_led_to_it(client, member, staff):
    client.force_login(member)
    assert "/audit/" not in text(client.get("/"))
    client.force_login(staff)
    assert 'href="/audit/"' in text(client.get("/"))


def test_it_says_what_would_be_here(site):
    Event.objects.all().delete()
    assert "Nobody has done anything yet" in text(site.get("/audit/"))


def test_it_says_who_did_what_from_where_with_which_token(site, member, make_run):
    run = make_run(name="sweep")
    token, _ = make_token(owner=member, label="ci", scopes=["run"])
    with asking(Asker("", "10.0.0.7", token.pk)):
        cancel_run(actor=member, run=run)
    page = text(site.get("/audit/"))
    assert "ada" in page
    assert f'cancelled run <a href="/runs/{run.pk}/">sweep {run.pk}</a>' in page
    assert "10.0.0.7" in page
    assert "token “ci”" in page


def test_it_leads_nowhere_once_the_object_is_gone(site, member, make_run):
    run = make_run(name="sweep")
    Run.objects.filter(pk=run.pk).delete()
    page = text(site.get("/audit/"))
    assert f"asked for run sweep {run.pk}" in page
    assert f'href="/runs/{run.pk}/"' not in page


def test_it_leads_to_jobs_checkpoints_and_people(site, staff, happen, job_row, checkpoint_row):
    job, checkpoint = job_row(), checkpoint_row()
    happen("job.gone", topic="jobs", subject=f"job:{job.pk}", actor=staff)
    happen("checkpoint.approved", topic="checkpoints", actor=staff,
           subject=f"checkpoint:{checkpoint.pk}", payload={"path": str(checkpoint)})  # fmt: skip
    happen("admin.changed", topic="admin", subject=f"user:{staff.pk}", actor=staff,
           payload={"name": "root", "fields": ["Active"]})  # fmt: skip
    page = text(site.get("/audit/"))
    assert f'href="{job.get_absolute_url()}"' in page
    assert f'approved checkpoint <a href="{checkpoint.get_absolute_url()}">{checkpoint}' in page
    assert f'href="/admin/auth/user/{staff.pk}/change/"' in page
    assert "Active" in page


def test_it_shows_what_somebody_did_and_by_wish_the_rest(site, staff, happen):
    deed = happen(actor=staff)
    by_itself = happen("job.changed", topic="jobs", subject="job:1")
    refused = happen("login_failed", topic="accounts", payload={"user": "ada"})
    assert shown(site) == [refused.seq, deed.seq]
    assert shown(site, system="1") == [refused.seq, by_itself.seq, deed.seq]


def test_it_names_who_could_not_log_in(site, happen):
    happen("login_failed", topic="accounts", payload={"user": "mallory"}, who=Asker("", "10.9.9.9"))
    page = text(site.get("/audit/"))
    assert "mallory" in page
    assert "could not log in" in page
    assert "10.9.9.9" in page


def test_it_narrows_by_person_kind_topic_and_project(site, staff, member, happen):
    mine = happen(actor=staff, project="optics")
    hers = happen("run.created", actor=member)
    third = happen("token.made", topic="accounts", actor=member)
    assert shown(site, actor="ada") == [third.seq, hers.seq]
    assert shown(site, kind="run.created") == [hers.seq]
    assert shown(site, topic="accounts") == [third.seq]
    assert shown(site, project="optics") == [mine.seq]
    assert shown(site, actor="nobody") == []


def test_it_tells_scripts_from_browsers(site, member, happen):
    token, _ = make_token(owner=member, label="ci", scopes=["run"])
    by_script = happen(actor=member, who=Asker("", "10.0.0.7", token.pk))
    by_hand = happen(actor=member)
    assert by_script.seq in shown(site, via="script")
    assert by_hand.seq not in shown(site, via="script")
    assert by_hand.seq in shown(site, via="browser")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("0a1b2c3d4e5f", True),
        (" job:7 ", True),
        ("nsf-sweep", True),
        ("Bräu", True),
        ('"quoted"', True),
        ("0a1b2c3d4e50", False),
        ("job:70", False),
        ("100%", False),
    ],
)
def test_it_finds_an_object_by_id_number_or_text(site, staff, happen, wanted, found):
    happen(actor=staff, subject="0a1b2c3d4e5f", payload={"name": "nsf-sweep"})
    happen(actor=staff, subject="job:7", payload={"label": 'gpt/Bräu/"quoted"'})
    assert bool(shown(site, object=wanted)) is found


def test_it_narrows_by_day(site, staff, happen):
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    events = [happen(actor=staff, at=noon - timedelta(days=days)) for days in (3, 2, 1)]
    days = [f"{timezone.localtime(noon - timedelta(days=days)):%Y-%m-%d}" for days in (3, 2, 1)]
    numbers = [event.seq for event in events]
    assert shown(site, since=days[1]) == [numbers[2], numbers[1]]
    assert shown(site, until=days[1]) == [numbers[1], numbers[0]]
    assert shown(site, since=days[1], until=days[1]) == [numbers[1]]


def test_it_finds_the_first_number_of_a_time(staff, happen):
    now = timezone.now()
    events = [happen(actor=staff, at=now - timedelta(hours=hours)) for hours in range(20, 0, -1)]
    Event.objects.filter(pk__in=[event.pk for event in events[3:9]]).delete()
    assert first_seq_at(now - timedelta(hours=30)) == events[0].seq
    assert first_seq_at(now - timedelta(hours=19, minutes=30)) == events[1].seq
    assert events[2].seq < first_seq_at(now - timedelta(hours=13)) <= events[9].seq
    assert first_seq_at(now + timedelta(hours=1)) == events[-1].seq + 1


def test_it_finds_no_number_where_there_are_none(db):
    Event.objects.all().delete()
    assert first_seq_at(timezone.now()) <= 1


@pytest.mark.parametrize("query", ["since=yesterday", "via=pigeon", "topic=gossip", "system=2"])
def test_it_says_what_it_cannot_narrow_by(site, staff, happen, query):
    happen(actor=staff)
    answer = site.get(f"/audit/?{query}")
    assert answer.status_code == 200
    assert "list-note" in text(answer)
    assert not answer.context["rows"]


def test_it_turns_pages_by_key(site, staff, happen):
    numbers = [happen(actor=staff).seq for _ in range(120)]
    answer = site.get("/audit/")
    first = [row.event.seq for row in answer.context["rows"]]
    happen(actor=staff)
    older = shown(site, after=answer.context["page"].older)
    assert first + older == numbers[:19:-1]
    assert "120 events" in text(answer)


def test_it_answers_htmx_with_the_list_alone(site, staff, happen):
    happen(actor=staff)
    answer = site.get("/audit/?topic=runs&kind=", headers={"HX-Request": "true"})
    assert "<html" not in text(answer)
    assert answer["HX-Push-Url"] == "/audit/?topic=runs"


def test_it_asks_the_same_number_of_times_however_long_the_page(
    site, staff, happen, run_row, django_assert_max_num_queries
):
    for _ in range(50):
        run = run_row()
        happen(actor=staff, subject=run.pk, payload={"name": run.name})
    site.get("/audit/")
    with django_assert_max_num_queries(20):
        site.get("/audit/")


def test_names_in_it_are_text(site, staff, happen):
    evil = "<script>alert(1)</script>"
    happen(actor=staff, payload={"name": evil, "reason": evil}, project=evil)
    assert evil not in text(site.get("/audit/"))
    assert "&lt;script&gt;" in text(site.get("/audit/"))


@pytest.mark.parametrize("payload", [[], "text", 7, {"name": {"deep": 1}}, {"fields": [1]}])
def test_it_shows_events_of_any_shape(site, staff, happen, payload):
    event = happen("odd", topic="odd", actor=staff)
    Event.objects.filter(pk=event.pk).update(payload=payload)
    assert shown(site) == [event.seq]


def test_it_gives_a_table_of_what_is_filtered(site, staff, member, happen):
    happen(actor=member, subject="0a1b2c3d4e5f", payload={"name": "x"}, project="optics",
           who=Asker("", "10.0.0.7"))  # fmt: skip
    happen(actor=staff)
    answer = site.get("/audit/events.csv?actor=ada")
    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Content-Disposition"].startswith("attachment")
    (row,) = read_csv(answer)
    assert row["actor"] == "ada"
    assert row["address"] == "10.0.0.7"
    assert row["project"] == "optics"
    assert row["sentence"] == "ada cancelled run x 0a1b2c3d4e5f from 10.0.0.7"
    assert row["payload"] == '{"name": "x"}'


def test_its_table_has_every_event_once(site, staff, happen):
    Event.objects.bulk_create(
        Event(topic="runs", kind="run.created", actor=staff) for _ in range(2300)
    )
    rows = read_csv(site.get("/audit/events.csv"))
    numbers = [int(row["seq"]) for row in rows]
    assert len(numbers) == 2300
    assert numbers == sorted(set(numbers), reverse=True)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_cell_of_its_table_is_a_formula(site, happen, django_user_model, name):
    person = django_user_model.objects.create(username=name)
    happen(actor=person, project=name)
    (row,) = read_csv(site.get("/audit/events.csv"))
    assert row["actor"] == f"'{name}"
    assert row["project"] == f"'{name}"


def test_it_knows_of_a_rule_and_a_password(client, staff, project):
    client.force_login(staff)
    rule = {"subject": "jobs", "action": "save", "keep_latest": "3", "keep_best": "0",
            "best_is": "lowest"}  # fmt: skip
    client.post("/projects/optics/retention/", rule)
    passwords = {"old_password": "secret of root", "new_password1": "corr3ct horse",
                 "new_password2": "corr3ct horse"}  # fmt: skip
    client.post("/accounts/password/", passwords)
    page = text(client.get("/audit/"))
    assert "changed retention optics" in page
    assert "set a new password" in page
    assert "corr3ct" not in page


def test_it_names_what_was_put_into_the_trash(site, staff, happen):
    happen("trash.added", topic="trash", subject="trash:3", actor=staff,
           payload={"kind": "checkpoint", "label": "gpt/lm/best"})  # fmt: skip
    assert 'deleted checkpoint <a href="/trash/">gpt/lm/best</a>' in text(site.get("/audit/"))


def test_it_leads_to_a_session(site, staff, happen):
    session = CreationSession.objects.create(owner=staff, kind="run", touched_at=timezone.now())
    subject = f"session:{session.pk}"
    happen("session.created", topic="sessions", subject=subject, actor=staff)
    page = text(site.get("/audit/", {"object": subject, "topic": "sessions"}))
    assert f'began session <a href="/sessions/{session.pk}/">{session.pk}</a>' in page
    session.delete()
    assert f'href="/sessions/{session.pk}/"' not in text(site.get("/audit/"))
