"""Rules over real rows and files: what is read from the tables, and what applying does."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from runs.cleanup.automatic import apply_automatic
from runs.cleanup.retention import apply, plan
from runs.errors import NotAllowed
from runs.models import Checkpoint, Event, Job, Project, Retention, Run, Trash
from tests.disk import write_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule():
    def make(slug="gpt", **fields):
        project = Project.objects.get_or_create(slug=slug)[0]
        return Retention(project=project, **{"keep_latest": 0, **fields})

    return make


def ago(**fields):
    return timezone.now() - timedelta(**fields)


def why(rule):
    return {item.candidate.label.split("/", 2)[2]: item.why for item in plan(rule).items}


def never():
    return False


def test_it_says_who_approved_what_stays(rule, checkpoint_row, staff):
    when = timezone.now().replace(month=11, day=3, year=2026)
    review = {"decision": "approved", "reviewed_by": staff, "reviewed_at": when}
    checkpoint_row(suffix="pinned", pinned=True, **review)
    checkpoint_row(suffix="unpinned", **review)
    assert why(rule()) == {
        "pinned": "pinned: approved by root on 3 Nov 2026",
        "unpinned": "approved by root on 3 Nov 2026",
    }
    assert why(rule(keep_approved=False))["unpinned"] == "nothing protects it"


def test_it_keeps_what_a_run_begins_from(rule, checkpoint_row, make_run):
    row, other = checkpoint_row(suffix="step/1"), checkpoint_row(suffix="step/11")
    run = make_run(resume_from=str(row.directory))
    assert why(rule())["step/1"] == f"used by run {run.pk}, which waits to resume from it"
    assert why(rule())[other.suffix] == "nothing protects it"


def test_it_keeps_the_newest_of_a_running_job(rule, checkpoint_row, job_row):
    job_row(status="running", heartbeat_at=timezone.now())
    checkpoint_row(suffix="1", saved_at=ago(hours=2))
    checkpoint_row(suffix="2", saved_at=ago(hours=1))
    checkpoint_row(suffix="of another name", name="other")
    assert why(rule()) == {
        "1": "nothing protects it",
        "2": "the newest of a running job",
        "of another name": "nothing protects it",
    }


def test_it_keeps_what_is_still_being_written_but_no_ruin(rule, checkpoint_row):
    checkpoint_row(suffix="young", complete=False)
    checkpoint_row(suffix="ruin", complete=False, saved_at=ago(days=1))
    assert why(rule(keep_latest=5)) == {
        "young": "still being written",
        "ruin": "nothing protects it",
    }


def test_it_leaves_out_what_has_vanished_and_other_projects(rule, checkpoint_row):
    checkpoint_row(gone_at=timezone.now())
    checkpoint_row(project="vit")
    assert plan(rule()).items == []


@pytest.mark.parametrize(("metric", "best"), [("score", "a"), ("steps", "b"), ("loss", "c")])
def test_it_finds_a_metric_in_a_column_or_beside(rule, checkpoint_row, metric, best):
    checkpoint_row(suffix="a", score=0.1, steps=30, metrics={"loss": 3})
    checkpoint_row(suffix="b", score=0.2, steps=10, metrics={"loss": "bad"})
    checkpoint_row(suffix="c", score=0.3, steps=20, metrics={"loss": 1, "flag": True})
    found = why(rule(keep_best=1, best_metric=metric))
    assert [suffix for suffix, words in found.items() if words.startswith("the best")] == [best]


def test_it_takes_jobs_that_have_ended_alone(rule, job_row):
    job_row(run_id="done")
    job_row(run_id="runs", status="running", heartbeat_at=timezone.now())
    job_row(run_id="silent", status="running", heartbeat_at=ago(hours=5))
    job_row(run_id="odd", status="unknown", listed_at=ago(days=1))
    found = why(rule(subject="jobs"))
    assert found["done"] == "nothing protects it"
    assert found["runs"] == "it is running"
    assert found["silent"].startswith("stale: no sign of it since")
    assert found["odd"] == "not known to have ended (unknown)"


def test_it_keeps_jobs_with_an_approved_checkpoint(rule, job_row, checkpoint_row):
    job_row(run_id="maker")
    checkpoint_row(suffix="final", made_by_id="maker", decision="approved")
    assert why(rule(subject="jobs"))["maker"] == "its checkpoint final is approved"


def test_it_takes_runs_with_their_jobs_and_those_that_never_began(rule, ended_run, job_row):
    begun, never_begun = ended_run(), ended_run(status="cancelled")
    job_row(ordered_run=begun, run_id=begun.pk, project="optics", group="default", name="try")
    planned = plan(rule("optics", subject="jobs"))
    assert {item.candidate.key for item in planned.going} == {
        ("run", begun.pk),
        ("run", never_begun.pk),
    }


def test_it_compares_runs_by_what_they_last_told(rule, ended_run, job_row):
    for value in (0.5, 0.1):
        run = ended_run()
        Run.objects.filter(pk=run.pk).update(progress={"latest_metrics": {"bp": value}})
        job_row(ordered_run=run, run_id=run.pk, project="optics", group="default", name="try")
    planned = plan(rule("optics", subject="jobs", keep_best=1, best_metric="bp"))
    assert [item.why for item in planned.staying] == ["the best of try by bp (0.1)"]


def test_it_moves_what_was_planned_to_the_trash_and_measures(rule, disk_checkpoint, staff):
    old = disk_checkpoint(saved_at=ago(days=40), size_bytes=None)
    young = disk_checkpoint()
    sought = rule(older_than_days=30)
    planned = plan(sought)
    assert planned.unmeasured == 1
    outcome = apply(sought, planned, actor=staff)
    assert (outcome.files, len(outcome.deleted)) == (6, 1)
    assert outcome.size_bytes == Trash.objects.get().size_bytes > 0
    assert Trash.objects.get().reason == "retention: older than 30 days"
    assert not old.directory.exists() and young.directory.exists()


def test_it_leaves_what_was_approved_between_plan_and_deed(rule, disk_checkpoint, staff):
    row = disk_checkpoint()
    planned = plan(rule())
    Checkpoint.objects.update(pinned=True, decision="approved", reviewed_by=staff)
    outcome = apply(rule(), planned, actor=staff)
    assert [why for _, why in outcome.stayed] == ["pinned: approved by root"]
    assert row.directory.exists()


def test_it_leaves_what_was_started_again_behind_the_table(rule, disk_job, staff):
    job = disk_job(status="failed")
    planned = plan(rule(subject="jobs"))
    write_job(job.root.directory, run_id=job.run_id, status="running")
    outcome = apply(rule(subject="jobs"), planned, actor=staff)
    assert "metadata.json says" in outcome.stayed[0][1]
    assert job.directory.exists()


def test_it_goes_on_where_one_cannot_be_removed(rule, disk_checkpoint, staff, tmp_path):
    first, second = disk_checkpoint(saved_at=ago(days=2)), disk_checkpoint()
    first.directory.rename(tmp_path / "elsewhere")
    first.directory.symlink_to(tmp_path / "elsewhere")
    outcome = apply(rule(), plan(rule()), actor=staff)
    assert "symbolic link" in outcome.stayed[0][1]
    assert not second.directory.exists()


def test_it_says_what_is_gone_already(rule, disk_checkpoint, staff):
    disk_checkpoint()
    planned = plan(rule())
    Checkpoint.objects.all().delete()
    assert apply(rule(), planned, actor=staff).stayed[0][1] == "it is gone already"


def test_it_stops_when_its_time_is_up_and_says_how_much_is_left(rule, disk_checkpoint, staff):
    for _ in range(3):
        disk_checkpoint()
    answers = iter([False, True, True])
    outcome = apply(rule(), plan(rule()), actor=staff, is_stopped=lambda: next(answers))
    assert (len(outcome.deleted), outcome.left) == (1, 2)


def test_it_is_applied_by_staff_alone(rule, checkpoint_row, member):
    checkpoint_row()
    with pytest.raises(NotAllowed):
        apply(rule(), plan(rule()), actor=member)
    assert Checkpoint.objects.exists()


def test_it_applies_automatic_rules_once_a_day(rule, disk_checkpoint):
    sought = rule(automatic=True)
    sought.save()
    disk_checkpoint()
    apply_automatic(never)
    assert not Checkpoint.objects.exists()
    event = Event.objects.get(kind="retention.applied")
    assert (event.payload["project"], event.payload["deleted"], event.actor) == ("gpt", 1, None)
    disk_checkpoint()
    apply_automatic(never)
    assert Checkpoint.objects.exists()
    Retention.objects.update(applied_at=ago(days=1, minutes=1))
    apply_automatic(never)
    assert not Checkpoint.objects.exists()


def test_it_applies_nothing_by_itself_that_is_not_automatic(rule, disk_checkpoint):
    rule().save()
    disk_checkpoint()
    apply_automatic(never)
    assert Checkpoint.objects.exists()


def test_it_is_applied_by_the_supervisor(rule, disk_checkpoint, supervisor):
    rule(automatic=True).save()
    disk_checkpoint()
    supervisor.until(lambda: not Checkpoint.objects.exists())


def test_it_prunes_by_command_and_says_everything(rule, disk_checkpoint, capsys):
    rule(keep_latest=1).save()
    old, new = disk_checkpoint(suffix="1", saved_at=ago(days=2)), disk_checkpoint(suffix="2")
    call_command("prune")
    said = capsys.readouterr().out
    assert "gpt: checkpoints" in said
    assert "goes    baselines/lm_small/1  not measured: nothing protects it" in said
    assert "stays   baselines/lm_small/2  not measured: the newest of lm_small" in said
    assert "moved to the trash: 1 directory, 6 files" in said and "measured" in said
    assert (old.directory.exists(), new.directory.exists()) == (False, True)


def test_it_rehearses_by_command(rule, disk_checkpoint, capsys):
    rule().save()
    row = disk_checkpoint()
    call_command("prune", "--dry-run")
    said = capsys.readouterr().out
    assert "would go: 1 directory, 0 B, beside 1 directory not measured yet" in said
    assert "Nothing was removed" in said
    assert row.directory.exists() and not Trash.objects.exists()


def test_it_prunes_one_project_alone(rule, disk_job, capsys):
    for slug in ("gpt", "vit"):
        rule(slug, subject="jobs").save()
        disk_job(project=slug)
    call_command("prune", "--project", "vit")
    assert Job.objects.get().project == "gpt"
    with pytest.raises(CommandError, match="no project nobody"):
        call_command("prune", "--project", "nobody")


def test_it_says_that_there_is_no_rule(capsys):
    call_command("prune")
    assert "No project has a rule" in capsys.readouterr().out


def test_it_prints_odd_names_on_one_line(rule, checkpoint_row, capsys):
    rule().save()
    checkpoint_row(suffix="a\n\x1b[2Jb")
    call_command("prune", "--dry-run")
    assert "\x1b" not in capsys.readouterr().out
