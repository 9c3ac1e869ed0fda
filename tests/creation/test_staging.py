"""Discarding removes the session's own directory, and nothing else, ever."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from runs.contract.status import Status
from runs.creation.engine import drive, step_once, take
from runs.creation.left_behind import left_behind, remove_left, remove_strays, resume_left
from runs.creation.services import (
    begin_draft,
    cancel_session,
    confirm_session,
    expire_sessions,
    save_draft,
)
from runs.creation.staging import SESSIONS, discard, fresh, own_place
from runs.creation.states import State
from runs.creation.steps.checking import check
from runs.creation.steps.rendering import render
from runs.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    SessionAlreadyCompleted,
    SessionNotFound,
    SessionStillOpen,
)
from runs.models import CreationSession, Project, Run

from .conftest import answer, asked, payloads, reread, told

pytestmark = pytest.mark.django_db

ASKING = "[a]\nrate = 1\n"


def everything(root):
    """Each file and folder below, with its content."""
    return {
        path.relative_to(root): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
        if SESSIONS not in path.parts
    }


@pytest.fixture
def root(settings):
    return settings.FUSIONWEB_STATUS_DIRS[0]


@pytest.fixture
def asking(begin_run):
    """A run session that asks for `a.steps`, with a file of its own in its directory."""
    session = begin_run(ASKING)
    assert asked(session) == ("missing_required", ["a.steps"])
    return session


def place_of(session):
    return Path(session.staging)


@pytest.mark.parametrize("discards", [True, False])
def test_cancelling_tells_what_became_of_the_files(asking, member, discards):
    session = cancel_session(actor=member, session=asking, discard_files=discards)
    assert session.state == "aborted"
    assert place_of(session).exists() is not discards
    assert told(session)[-1] == "aborted"
    payload = payloads(session, "aborted")[0]
    assert payload | {"reason": "cancelled", "discard_files": discards, "removed": discards} == (
        payload
    )


def test_a_project_full_of_runs_stays_untouched(asking, make_run, member, root):
    for number in range(5):
        run = make_run(name=f"run{number}")
        (run.directory / "output").mkdir()
        (run.directory / "output" / "result.json").write_text(str(number))
    before = everything(root)
    cancel_session(actor=member, session=asking, discard_files=True)
    assert everything(root) == before
    assert Run.objects.count() == 5


def test_a_project_that_was_there_before_stays_untouched(begin_project, member, root):
    begin_project()
    before = everything(root)
    draft = begin_draft(owner=member, kind="project", inputs={"title": "Optical limits"}, step="")
    cancel_session(actor=member, session=draft, discard_files=True)
    assert everything(root) == before
    assert Project.objects.filter(slug="optical-limits").exists()


@pytest.mark.parametrize(
    "tamper",
    [
        lambda session, run: {"staging": str(run.directory)},
        lambda session, run: {"staging": str(run.directory.parent), "root": "/"},
        lambda session, run: {"staging": "/"},
        lambda session, run: {"staging": ""},
        lambda session, run: {"staging": f"{session.root}/{SESSIONS}"},
        lambda session, run: {"staging": f"{session.root}/{SESSIONS}/../optics"},
        lambda session, run: {"staging": f"/tmp/{SESSIONS}/{session.pk}", "root": "/tmp"},
        lambda session, run: {"pk": "..", "staging": f"{session.root}/{SESSIONS}/.."},
    ],
)
def test_a_tampered_row_removes_nothing(asking, make_run, root, tamper):
    run = make_run()
    before = everything(root)
    for name, value in tamper(asking, run).items():
        setattr(asking, name, value)
    assert discard(asking) == 0
    assert everything(root) == before


def test_links_are_removed_and_not_followed(asking, make_run, member, root):
    run = make_run()
    (place_of(asking) / "made" / "link").symlink_to(run.directory)
    (place_of(asking) / "up").symlink_to(root)
    before = everything(root)
    cancel_session(actor=member, session=asking, discard_files=True)
    assert not place_of(asking).exists()
    assert everything(root) == before


def test_a_link_in_its_place_is_left_alone(asking, make_run, root):
    run = make_run()
    place_of(asking).rename(root / "elsewhere")
    (place_of(asking)).symlink_to(run.directory)
    before = everything(root)
    assert discard(asking) == 0
    assert own_place(asking) is None
    assert everything(root) == before


def test_a_link_for_all_sessions_is_left_alone(asking, root):
    (root / SESSIONS).rename(root / "elsewhere")
    (root / SESSIONS).symlink_to(root / "elsewhere")
    assert discard(asking) == 0
    assert (root / "elsewhere" / asking.pk).exists()


def test_a_driver_in_the_middle_of_a_step_writes_nothing_after_the_end(begin_run, member):
    """It is overtaken by the cancellation, and what it has written goes too."""
    session = begin_run(ASKING)
    CreationSession.objects.filter(pk=session.pk).update(state=State.RENDERING)
    held = take(session.pk)
    cancel_session(actor=member, session=reread(session), discard_files=True)
    assert not place_of(session).exists()
    render(held)
    assert reread(session).state == "aborted"
    drive(session.pk)
    assert not place_of(session).exists()


def test_a_slow_driver_spoils_nothing_of_the_one_after_it(begin_project, member, root):
    """Held for too long, it comes back when another has long moved the project into place."""
    draft = begin_draft(
        owner=member, kind="project", inputs={"title": "Slow", "template": "study",
        "readme_extra": {"hypothesis": "it holds"}}, step="",
    )  # fmt: skip
    CreationSession.objects.filter(pk=draft.pk).update(
        state=State.RENDERING, confirmed_at=timezone.now(), root=root,
        staging=root / SESSIONS / draft.pk,
    )  # fmt: skip
    slow = take(draft.pk)
    slow_place = fresh(slow)
    CreationSession.objects.filter(pk=draft.pk).update(driven_until=timezone.now())
    assert drive(draft.pk).state == "done"
    before = everything(root)
    assert (root / "slow" / "notes" / "findings.md").is_file()
    step_once(slow)
    assert everything(root) == before
    assert not slow_place.exists()
    drive(draft.pk)
    assert list((root / SESSIONS).iterdir()) == []


# a name that is taken


def test_a_project_that_exists_is_a_clear_conflict(begin_project, root):
    begin_project()
    before = everything(root)
    with pytest.raises(Conflict, match="There is a project optical-limits already"):
        begin_project()
    assert everything(root) == before
    assert CreationSession.objects.count() == 1


def test_a_directory_in_the_way_is_never_overwritten(begin_project, root):
    (root / "optical-limits").mkdir(parents=True)
    (root / "optical-limits" / "precious.txt").write_text("do not touch")
    with pytest.raises(Conflict):
        begin_project()
    assert (root / "optical-limits" / "precious.txt").read_text() == "do not touch"


def at_record_write(member, root, title):
    draft = begin_draft(owner=member, kind="project", inputs={"title": title}, step="")
    CreationSession.objects.filter(pk=draft.pk).update(
        state=State.RENDERING, confirmed_at=timezone.now(), root=root,
        staging=root / SESSIONS / draft.pk,
    )  # fmt: skip
    render(take(draft.pk))
    check(reread(draft))
    return reread(draft)


@pytest.mark.parametrize("comes_first", ["row", "directory"])
def test_one_that_comes_first_at_the_last_moment_wins(member, root, comes_first):
    session = at_record_write(member, root, "Late")
    if comes_first == "row":
        Project.objects.create(slug="late")
    else:
        (root / "late").mkdir(parents=True)
        (root / "late" / "precious.txt").write_text("do not touch")
    session = drive(session.pk)
    assert (session.state, session.error["code"]) == ("failed", "destination_exists")
    assert payloads(session, "failed")[0]["phase"] == "writing_records"
    assert not (root / "late" / "README.md").exists()
    assert (place_of(session) / "made" / "README.md").exists()


def test_a_directory_moved_before_a_commit_that_never_came_is_taken_back(member, root):
    session = at_record_write(member, root, "Half")
    (place_of(session) / "made" / ".session").write_text(session.pk)
    (place_of(session) / "made").rename(root / "half")
    assert drive(session.pk).state == "done"
    assert (root / "half" / "README.md").is_file()
    assert not (root / "half" / ".session").exists()


@pytest.mark.parametrize("discards", [True, False])
def test_cancelled_then_it_leaves_nothing_in_place(member, root, discards):
    session = at_record_write(member, root, "Half")
    (place_of(session) / "made" / ".session").write_text(session.pk)
    (place_of(session) / "made").rename(root / "half")
    cancel_session(actor=member, session=session, discard_files=discards)
    assert not (root / "half").exists()
    assert (place_of(session) / "made" / "README.md").exists() is not discards
    assert not Project.objects.exists()


# drafts


def test_a_draft_keeps_what_was_typed(member):
    draft = begin_draft(owner=member, kind="run", inputs={}, step="project")
    save_draft(session=draft, inputs={"label": "half a na"}, step="parameters")
    kept = reread(draft)
    assert (kept.inputs, kept.step) == ({"label": "half a na"}, "parameters")


def test_of_two_pages_the_later_save_counts(member):
    draft = begin_draft(owner=member, kind="run", inputs={}, step="project")
    other = reread(draft)
    save_draft(session=draft, inputs={"label": "one"}, step="a")
    with pytest.raises(Conflict):
        save_draft(session=reread_as_of(other), inputs={"label": "0"}, step="b", overwrite=False)
    save_draft(session=other, inputs={"label": "two"}, step="b")
    assert reread(draft).inputs == {"label": "two"}


def reread_as_of(session):
    """The session as somebody read it before the last save."""
    return CreationSession(
        **{field.attname: getattr(session, field.attname) for field in session._meta.fields}
    )


@pytest.mark.parametrize("inputs", [{"a": "\0"}, {"a": "x" * 2_000_000}, {"a": float("nan")}])
def test_a_draft_keeps_nothing_a_database_would_not(member, inputs):
    draft = begin_draft(owner=member, kind="run", inputs={}, step="")
    with pytest.raises(InvalidInput):
        save_draft(session=draft, inputs=inputs, step="")


def test_a_draft_that_cannot_be_made_stays_a_draft(member):
    draft = begin_draft(owner=member, kind="run", inputs={"label": "x"}, step="")
    with pytest.raises(InvalidInput):
        confirm_session(actor=member, session=draft)
    assert reread(draft).confirmed_at is None
    save_draft(session=reread(draft), inputs={}, step="")


def test_confirming_twice_makes_one_thing(member):
    draft = begin_draft(owner=member, kind="project", inputs={"title": "Twice"}, step="")
    stale = reread(draft)
    assert confirm_session(actor=member, session=draft).state == "done"
    with pytest.raises(SessionAlreadyCompleted):
        confirm_session(actor=member, session=stale)
    assert Project.objects.filter(slug="twice").count() == 1


def test_a_draft_saved_meanwhile_is_confirmed_as_it_is_now(member):
    draft = begin_draft(owner=member, kind="project", inputs={"title": "Old"}, step="")
    stale = reread(draft)
    save_draft(session=draft, inputs={"title": "New"}, step="")
    confirm_session(actor=member, session=stale)
    assert [project.slug for project in Project.objects.all()] == ["new"]


def test_what_was_confirmed_is_no_draft_any_more(asking):
    with pytest.raises(SessionAlreadyCompleted):
        save_draft(session=asking, inputs={}, step="")


# left behind


@pytest.fixture
def left(asking, member):
    return cancel_session(actor=member, session=asking, discard_files=False)


def test_what_is_kept_is_listed_with_its_size(left):
    [found] = left_behind()
    assert found.session == left
    assert found.files == 1
    assert found.size_bytes == (place_of(left) / "made" / "README.md").stat().st_size


def test_what_is_done_discarded_or_a_draft_is_not_listed(asking, member, begin_project):
    begin_project()
    begin_draft(owner=member, kind="run", inputs={}, step="")
    cancel_session(actor=member, session=asking, discard_files=True)
    assert left_behind() == []


def test_staff_remove_what_was_left(left, staff, root):
    assert remove_left(actor=staff, session=left) == 1
    assert not place_of(left).exists()
    assert left_behind() == []
    assert told(left)[-1] == "removed"


def test_staff_go_on_with_what_was_left(left, staff, member):
    heir = resume_left(actor=staff, session=left)
    assert (heir.owner, heir.inputs) == (member, left.inputs)
    assert asked(heir) == ("missing_required", ["a.steps"])
    assert not place_of(left).exists()
    assert answer(heir, **{"a.steps": 3}).state == "done"
    assert left_behind() == []


def test_answers_and_uploads_go_with_it(begin_run, network_text, member, staff):
    from runs.creation.checks.question import Upload

    session = begin_run("[a]\nsteps = 1\nnetwork = mine.json\ntable = t.csv\n")
    session = answer(session, topology=Upload("n.json", network_text.encode()))
    left = cancel_session(actor=member, session=session, discard_files=False)
    heir = resume_left(actor=staff, session=left)
    assert "a.table" in heir.pending_input["reason"]


@pytest.mark.parametrize("act", [resume_left, remove_left])
def test_only_staff_may(left, member, act):
    with pytest.raises(NotAllowed):
        act(actor=member, session=left)
    assert place_of(left).exists()


@pytest.mark.parametrize("act", [resume_left, remove_left])
def test_of_two_who_act_one_wins(left, staff, act):
    stale = reread(left)
    remove_left(actor=staff, session=left)
    with pytest.raises(Conflict):
        act(actor=staff, session=stale)


@pytest.mark.parametrize("act", [resume_left, remove_left])
def test_what_is_under_way_is_not_left(asking, staff, act):
    with pytest.raises(SessionStillOpen):
        act(actor=staff, session=asking)


def test_what_cannot_be_made_any_more_stays_left(left, staff, project):
    left.project = Project.objects.all().delete()
    with pytest.raises(Exception, match="no project"):
        resume_left(actor=staff, session=left)
    assert [found.session for found in left_behind()] == [left]
    assert CreationSession.objects.count() == 1


# expiry and strays


def long_ago(session):
    CreationSession.objects.filter(pk=session.pk).update(
        touched_at=timezone.now() - timedelta(hours=25)
    )


def test_what_nobody_touches_expires_with_its_files_kept(asking):
    long_ago(asking)
    assert expire_sessions() == 1
    session = reread(asking)
    assert (session.state, session.error["code"]) == ("aborted", "session_expired")
    assert payloads(session, "aborted")[0]["reason"] == "session_expired"
    assert [found.session for found in left_behind()] == [session]


def test_drafts_expire_too(member):
    draft = begin_draft(owner=member, kind="run", inputs={}, step="")
    long_ago(draft)
    assert expire_sessions() == 1
    assert reread(draft).state == "aborted"


def test_what_was_touched_stays(asking, member, begin_project):
    long_ago(begin_project())
    draft = begin_draft(owner=member, kind="run", inputs={}, step="")
    long_ago(draft)
    save_draft(session=reread(draft), inputs={"label": "still here"}, step="")
    assert expire_sessions() == 0


def old(path):
    os.utime(path, (time.time() - 7200,) * 2)


def test_the_sweep_removes_what_belongs_to_nobody(asking, root):
    stray = root / SESSIONS / "0123456789ab"
    (stray / "made").mkdir(parents=True)
    assert remove_strays(time.time()) == 0
    old(stray)
    assert remove_strays(time.time()) == 1
    assert [path.name for path in (root / SESSIONS).iterdir()] == [asking.pk]


def test_the_sweep_removes_what_was_discarded_and_written_again(asking, member):
    cancel_session(actor=member, session=asking, discard_files=True)
    place_of(asking).mkdir()
    assert remove_strays(time.time()) == 1


def test_the_sweep_leaves_what_is_left_behind_and_what_is_no_session(left, root):
    old(place_of(left))
    other = root / SESSIONS / "something else"
    other.mkdir()
    old(other)
    link = root / SESSIONS / "ba9876543210"
    (link).symlink_to(root)
    assert remove_strays(time.time()) == 0
    assert place_of(left).exists() and other.exists() and link.is_symlink()


def test_the_supervisor_sweeps(asking, supervisor, root):
    long_ago(asking)
    supervisor.next_sweep = 0
    supervisor.step()
    assert reread(asking).state == "aborted"


def test_somebody_elses_session_does_not_exist(asking, other_member, staff):
    from runs.creation.services import find_session

    for junk in (asking.pk, "nothing", "", "../..", "x" * 100_000):
        with pytest.raises(SessionNotFound):
            find_session(other_member, junk)
    assert find_session(staff, asking.pk) == asking


def test_a_session_cancelled_after_its_records_withdraws_its_run(begin_run, member):
    session = begin_run()
    run = Run.objects.get()
    Run.objects.update(claimed_by=f"session:{session.pk}")
    CreationSession.objects.update(state=State.RUN_QUEUED, ended_at=None)
    session = cancel_session(actor=member, session=reread(session), discard_files=True)
    run.refresh_from_db()
    assert (run.status, run.reason) == (Status.CANCELLED, "its creation session was cancelled")
    assert run.directory.is_dir()
