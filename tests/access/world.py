"""A closed project, `nebula`, with one of everything in it, and everybody who may come to it."""

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.utils import timezone

from runs.accounts.login_link import make_login_link
from runs.analysis.requests import BatchRequest
from runs.analysis.services import create_batch
from runs.cleanup.deletion import discard_job
from runs.contract.layout import LOG
from runs.creation.services import cancel_session, create_session
from runs.lifecycle.services import RunRequest, create_run, template_text
from runs.models import (
    Alert,
    Batch,
    Checkpoint,
    CreationSession,
    Job,
    Program,
    Project,
    Retention,
    Root,
    Run,
    Supervisor,
    Trash,
)
from runs.models.supervisor import DOWN_AFTER
from tests.disk import write_checkpoint, write_job
from tests.web.batch_results import give_result

SECRET = "nebula"
PLACE = {"project": SECRET, "group": "stars"}
POINT = {"x": 50.0, "mean": 0.1, "ci_lower": None, "ci_upper": None, "n": 1}
PROGRESS = {"x_name": "erlang", "series": {"blocking_prob": [POINT]}, "latest_metrics": {}}
JOB_ID = "20261119_214811"
SUFFIX = "ntoks/1024"


def make_people():
    users = get_user_model().objects
    return {
        "anonymous": None,
        "stranger": users.create(username="stranger"),
        "member": users.create(username="member"),
        "owner": users.create(username="owner"),
        "manager": users.create(username="manager"),
        "staff": users.create(username="staff", is_staff=True, is_superuser=True),
    }


class World:
    """Rows and files of the project. What a row of the table asks for by name is in `values()`."""

    def __init__(self, *, is_open=False):
        self.people = make_people()
        get_user_model().objects.create(username="linus")
        self.program = Program.objects.get(slug="fusion-sim")
        self.project = Project.objects.create(slug=SECRET, is_open=is_open)
        self.project.members.add(self.people["member"], self.people["owner"])
        self.project.managers.add(self.people["manager"])
        self.status_root = Root.objects.get(kind=Root.Kind.STATUS)
        self.checkpoint_root = Root.objects.get(kind=Root.Kind.CHECKPOINTS)
        self.pending = self.make_run("nebula-waits")
        self.run = self.make_run(
            "nebula-run", status="completed", ended_at=timezone.now(), progress=PROGRESS
        )
        self.batch = give_result(self.make_batch("nebula-batch", "failed"))
        self.waiting = self.make_batch("nebula-many", "pending")
        self.write_files()
        self.job = self.make_job("nebula_job", fault="nebula cannot be read")
        self.make_job("nebula_runs", status="running", heartbeat_at=timezone.now())
        self.checkpoint = self.make_checkpoint("nebula_net", SUFFIX)
        self.make_checkpoint(self.run.name, self.own_suffix)
        self.alert = Alert.objects.create(
            cause="run:nebula", kind=Alert.Kind.JOB_FAILED, message="nebula-run failed",
            project=SECRET, last_at=timezone.now(),
        )  # fmt: skip
        self.trash = self.throw_away()
        self.session = self.begin_session("nebula-asks")
        self.left = self.begin_session("nebula-left")
        cancel_session(actor=self.people["owner"], session=self.left, discard_files=False)
        # without one, nothing is ready
        Supervisor.objects.create(
            name="walk", host="walk", pid=1, heartbeat_at=timezone.now() + DOWN_AFTER, slots=1
        )
        cache.clear()

    def make_run(self, name, **fields):
        request = RunRequest(
            program=self.program, project=self.project, group="stars", name=name,
            template="quick_seconds",
        )  # fmt: skip
        run = create_run(owner=self.people["owner"], request=request)
        Run.objects.filter(pk=run.pk).update(**{"status": "pending", **fields})
        run.refresh_from_db()
        return run

    def make_batch(self, name, status):
        """A batch of one run, both with that status."""
        run = RunRequest(
            program=self.program, project=self.project, group="stars", name=name,
            template="quick_seconds",
        )  # fmt: skip
        request = BatchRequest(kind="repeat", run=run, num_iterations=1)
        batch = create_batch(owner=self.people["owner"], request=request)
        for rows in (Run.objects.filter(batch=batch), Batch.objects.filter(pk=batch.pk)):
            rows.update(status=status, ended_at=timezone.now() if status == "failed" else None)
        batch.refresh_from_db()
        return batch

    def begin_session(self, label):
        """One of the owner's that asks what to do with a key that nobody knows."""
        wish = {"project": SECRET, "program": "fusion-sim", "template": "quick_seconds",
                "label": label, "overrides": {"general_settings": {"nebula": 1}}}  # fmt: skip
        return create_session(owner=self.people["owner"], kind="run", inputs=wish)

    def make_job(self, name, **fields):
        values = {"root": self.status_root, **PLACE, "name": name, "run_id": JOB_ID}
        values |= {"status": "completed", "search_text": f"{SECRET}\n{name}"}
        return Job.objects.create(**{**values, **fields})

    @property
    def own_suffix(self):
        """Of what the run saved."""
        return f"{self.run.pk}/load_1"

    def make_checkpoint(self, name, suffix):
        return Checkpoint.objects.create(
            root=self.checkpoint_root, **PLACE, name=name, suffix=suffix, complete=True,
            latest=Checkpoint.Latest.FILE, search_text=SECRET,
        )  # fmt: skip

    def write_files(self):
        """Also again, where what was done before has moved them."""
        root = self.status_root.directory
        write_job(root, **PLACE, name="nebula_job", run_id=JOB_ID, status="completed")
        saved = self.checkpoint_root.directory
        for name, suffix in (("nebula_net", SUFFIX), (self.run.name, self.own_suffix)):
            if not (saved / SECRET / "stars" / name / suffix).exists():
                write_checkpoint(saved, suffix, **PLACE, name=name)
        for directory in (self.run.directory, root / SECRET / "stars/nebula_job" / JOB_ID):
            directory.mkdir(parents=True, exist_ok=True)
            (directory / LOG).write_text("one\ntwo\n")
            (directory / "output").mkdir(exist_ok=True)
            (directory / "output" / "result.txt").write_text("done\n")
        if not self.run.config_path.exists():
            self.run.config_path.write_text(template_text(self.program, "quick_seconds"))

    def prepare(self, row):
        """As if nobody had come before."""
        self.write_files()
        if "{trash}" in row.data.values():
            self.trash = self.throw_away()

    def throw_away(self):
        """A run of the owner's in the trash."""
        write_job(
            self.status_root.directory, **PLACE, name="nebula_gone", run_id=JOB_ID,
            status="completed",
        )  # fmt: skip
        gone = discard_job(self.make_job("nebula_gone"), actor=self.people["owner"])
        return Trash.objects.get(pk=gone.trash_id)

    def as_stored(self, actor):
        """Not as an earlier login that was taken back has left the object."""
        return get_user_model().objects.get(username=actor)

    def values(self):
        return {
            "project": SECRET,
            "slug": SECRET,
            "group": "stars",
            "name": "nebula_net",
            "suffix": SUFFIX,
            "run": self.run.pk,
            "run_id": self.run.pk,
            "pending": self.pending.pk,
            "batch": self.batch.pk,
            "batch_id": self.batch.pk,
            "waiting": self.waiting.pk,
            "job": self.job.pk,
            "job_id": JOB_ID,
            "checkpoint": self.checkpoint.pk,
            "alert": self.alert.pk,
            "alert_id": self.alert.pk,
            "trash": self.trash.pk,
            "session_id": self.session.pk,
            "request_id": self.session.pending_input["request_id"],
            "left": self.left.pk,
            "root_id": self.status_root.pk,
            "path": "output/result.txt",
            "link": make_login_link(self.as_stored("staff"), "").split("/")[-2],
            "channel": "mail",
            "program": "fusion-sim",
            "config": template_text(self.program, "quick_seconds"),
            "kind": "strip",
        }

    # What rows name as their effect: whether it has happened.

    def is_cancelled(self):
        return Run.objects.get(pk=self.pending.pk).status == "cancelled"

    def is_launched(self):
        return Run.objects.filter(name="launched").exists()

    def is_retried(self):
        return Run.objects.filter(origin=self.run, origin_kind="retry").exists()

    def is_cloned(self):
        return Run.objects.filter(origin=self.run, origin_kind="clone").exists()

    def is_resumed(self):
        return Run.objects.exclude(resume_from="").exists()

    def is_edited(self):
        return Run.objects.get(pk=self.run.pk).notes == "edited"

    def is_batch_launched(self):
        return Batch.objects.filter(name="launched").exists()

    def is_batch_cancelled(self):
        return Batch.objects.get(pk=self.waiting.pk).status == "cancelled"

    def is_batch_retried(self):
        return Batch.objects.get(pk=self.batch.pk).status == "running"

    def is_batch_deleted(self):
        return not Batch.objects.filter(pk=self.batch.pk).exists()

    def is_deleted(self):
        return not Run.objects.filter(pk=self.run.pk).exists()

    def is_job_deleted(self):
        return not Job.objects.filter(pk=self.job.pk).exists()

    def is_checkpoint_deleted(self):
        return not Checkpoint.objects.filter(pk=self.checkpoint.pk).exists()

    def is_approved(self):
        decided = Checkpoint.objects.filter(pk=self.checkpoint.pk, decision="approved")
        return decided.exists()

    def is_added(self):
        return self.project.members.filter(username="linus").exists()

    def is_rule_saved(self):
        return Retention.objects.filter(project=self.project, keep_latest=7).exists()

    def is_acknowledged(self):
        return Alert.objects.get(pk=self.alert.pk).acknowledged_at is not None

    def is_restored(self):
        return Job.objects.filter(name="nebula_gone").exists()

    def is_removed(self):
        return not Trash.objects.filter(pk=self.trash.pk).exists() and not self.is_restored()

    def is_accepted(self):
        return Root.objects.get(pk=self.status_root.pk).accept_removals

    def is_begun(self):
        return CreationSession.objects.filter(inputs__label="begun").exists()

    def is_answered(self):
        return CreationSession.objects.get(pk=self.session.pk).answers != {}

    def is_session_cancelled(self):
        return CreationSession.objects.get(pk=self.session.pk).state == "aborted"

    def is_left_removed(self):
        return CreationSession.objects.get(pk=self.left.pk).discard_files is True
