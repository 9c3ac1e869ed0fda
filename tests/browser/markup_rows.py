"""Rows and files in which every text that somebody can choose is markup; `manage.py shell` calls
`seed`, which prints the addresses of all pages that show any of it."""

import json
from datetime import timedelta

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from runs.accounts.tokens import make_token
from runs.asking import Asker, asking
from runs.events import record_event
from runs.models import (
    Alert,
    Checkpoint,
    Delivery,
    Job,
    Program,
    Project,
    Retention,
    Review,
    Root,
    Run,
    Trash,
)
from tests.disk import write_checkpoint, write_job

# Out of an attribute, out of a text, with a handler; no slash, so that it can name a directory.
EVIL = "\"'><x-evil><img src=x-evil onerror=alert(1)>"
TABS = ("overview", "log", "progress", "artifacts", "configuration", "files", "metrics", "config")


def seed():
    user = get_user_model().objects.create_user(EVIL, password="x", is_staff=True)
    user.first_name = user.last_name = EVIL
    user.save()
    project = Project.objects.create(slug=EVIL, title=EVIL, description=EVIL)
    project.members.add(user)
    program = make_program()
    run = make_run(user, project, program)
    job, checkpoint = make_found(user)
    make_alerts(project)
    make_rest(user, project, run)
    make_token(owner=get_user_model().objects.order_by("pk").first(), label=EVIL, scopes=["read"])
    print(json.dumps(addresses(run, job, checkpoint)))


def make_program():
    field = {"title": EVIL, "description": EVIL, "type": "string", "default": EVIL}
    schema = {
        "type": "object",
        "description": EVIL,
        "properties": {
            "a": {"type": "object", "description": EVIL, "properties": {"b": field, EVIL: field}},
        },
    }
    for name in ("first", EVIL):
        template = settings.FUSIONWEB_TEMPLATES[0] / "evil" / f"{name}.ini"
        template.parent.mkdir(parents=True, exist_ok=True)
        template.write_text(f"# {EVIL}\n[a]\nb = {EVIL}\n")
    return Program.objects.create(
        slug="evil", title=EVIL, description=EVIL, command=f"python3 {EVIL} {{config}}",
        schema=schema, metrics=[{"name": EVIL, "label": EVIL, "unit": EVIL}],
    )  # fmt: skip


def make_run(user, project, program):
    run = Run(
        project=project, program=program, owner=user, group=EVIL, name=EVIL, template=EVIL,
        tags=[EVIL], notes=EVIL, reason=EVIL, resume_from=EVIL, status="failed", claimed_by=EVIL,
        root=str(settings.FUSIONWEB_STATUS_DIRS[0]), started_at=timezone.now(),
        overrides={EVIL: {EVIL: EVIL}}, resources={EVIL: EVIL}, handle={"host": EVIL},
        progress={"latest_metrics": {EVIL: 1.0}, "error": EVIL},
        cancel_receipt={"signalled": [EVIL], "still_alive": [EVIL], "all_gone": False},
    )  # fmt: skip
    run.search_text = run.facts_for_search()
    run.save()
    fill(run.directory)
    Run.objects.create(
        project=project, program=program, owner=user, name=EVIL, root=run.root, origin=run,
        origin_kind="clone", status="pending", reason=EVIL,
    )  # fmt: skip
    return run


def fill(directory):
    """What a program may write, with markup wherever a text can be."""
    directory.mkdir(parents=True, exist_ok=True)
    output = directory / "output"
    output.mkdir(exist_ok=True)
    (directory / "output.log").write_text(f"{EVIL}\n\x1b[31m{EVIL}\x1b[0m\n::group::{EVIL}\n")
    (directory / "config.ini").write_text(f"# {EVIL}\n[{EVIL}]\n{EVIL} = {EVIL}\n")
    (output / f"{EVIL}.txt").write_text(EVIL)
    (output / "page.html").write_text(f"<script>alert(1)</script>{EVIL}")
    (output / "drawing.svg").write_text(f"<svg onload='alert(1)'>{EVIL}</svg>")
    (output / "table.csv").write_text(f"{EVIL},b\n{EVIL},{EVIL}\n")
    (output / "data.json").write_text(json.dumps({EVIL: [EVIL]}))
    event = {"erlang": 1, "iteration": 1, "total_iterations": 2, EVIL: 1, "metrics": {EVIL: 1}}
    error = {"type": "error", "message": EVIL, "traceback": EVIL}
    lines = [json.dumps(event), json.dumps({**event, "erlang": 2}), json.dumps(error), EVIL]
    (directory / "progress.jsonl").write_text("\n".join(lines) + "\n")


def make_found(user):
    """A job and a checkpoint as the index of the disk knows them."""
    status = root_row(settings.FUSIONWEB_STATUS_DIRS[0], Root.Kind.STATUS)
    hardware = {"chip": EVIL, "total_chips": 8, "hosts": [EVIL], EVIL: EVIL}
    fields = {"hardware": hardware, "config": {EVIL: {EVIL: EVIL}}, "job_key": EVIL, "user": EVIL}
    fill(write_job(status.directory, EVIL, EVIL, EVIL, EVIL, status="failed", **fields))
    key = {"project": EVIL, "group": EVIL, "name": EVIL}
    words = {"search_text": EVIL.lower(), "fault": EVIL, "reason": EVIL, "unix_owner": EVIL}
    job = Job.objects.create(
        root=status, run_id=EVIL, status="failed", job_key=EVIL, slurm_job_id=EVIL, host=EVIL,
        hosts=EVIL, chip=EVIL, signal="SIG", **key, **words,
    )  # fmt: skip
    roots = root_row(settings.FUSIONWEB_CHECKPOINT_DIRS[0], Root.Kind.CHECKPOINTS)
    directory = write_checkpoint(roots.directory, EVIL, EVIL, EVIL, EVIL)
    (directory / "config.json").write_text(json.dumps({"steps": 1, EVIL: EVIL}))
    (directory / "config.yaml").write_text(f'a: "{EVIL.replace(chr(34), "")}"\n')
    checkpoint = Checkpoint.objects.create(
        root=roots, suffix=EVIL, complete=True, config_name="config.yaml", made_by_name=EVIL,
        made_by_id=EVIL, metrics={EVIL: 1.0, "note": EVIL}, decision="rejected", review_note=EVIL,
        reviewed_by=user, reviewed_at=timezone.now(), **key, **words,
    )  # fmt: skip
    Checkpoint.objects.create(root=roots, suffix=f"{EVIL}2", complete=True, **key)
    Review.objects.create(
        checkpoint=checkpoint, decision="rejected", pinned=False, note=EVIL, by=user
    )
    return job, checkpoint


def root_row(path, kind):
    faults = [{"path": f"{path}/{EVIL}", "reason": EVIL}]
    values = {"state": "held", "reason": EVIL, "faults": faults, "fault_count": 1}
    return Root.objects.update_or_create(path=str(path), kind=kind, defaults=values)[0]


def make_alerts(project):
    for kind in Alert.Kind.values:
        alert = Alert.objects.create(
            cause=f"{kind}{EVIL}", kind=kind, message=EVIL, last_at=timezone.now()
        )
        channel = Delivery.Channel.values[0]
        Delivery.objects.create(alert=alert, channel=channel, fault=EVIL, attempts=3)


def make_rest(user, project, run):
    Retention.objects.create(project=project, subject="jobs", best_metric=EVIL, keep_latest=1)
    Trash.objects.create(
        kind="run", token="t", label=EVIL, project=EVIL, owner=EVIL, reason=EVIL,
        deleted_by=user, keep_until=timezone.now() + timedelta(days=3),
    )  # fmt: skip
    with asking(Asker("trace", "10.0.0.9")), transaction.atomic():
        for topic in ("runs", "accounts", "jobs", "checkpoints", "alerts"):
            payload = {"id": run.pk, "name": EVIL, "label": EVIL, "user": EVIL, EVIL: EVIL}
            record_event(
                topic=topic, kind=f"{topic}.changed", subject=EVIL, payload=payload, actor=user,
                project=EVIL,
            )  # fmt: skip


def addresses(run, job, checkpoint):
    page = reverse("run", args=[run.pk])
    asked = urlencode({"q": EVIL, "search": EVIL, "project": EVIL, "group": EVIL, "name": EVIL,
                       "actor": EVIL, "owner": "all", "tag": EVIL, "kind": EVIL})  # fmt: skip
    lists = [
        reverse(name)
        for name in (
            "dashboard", "run_list", "job_list", "checkpoint_list", "checkpoint_queue",
            "project_list", "template_list", "alert_list", "root_list", "usage", "trash_list",
            "token_list", "search", "audit",
        )
    ]  # fmt: skip
    things = [
        *(f"{page}?tab={tab}" for tab in TABS),
        *(f"{job.get_absolute_url()}?tab={tab}" for tab in TABS),
        *(f"{checkpoint.get_absolute_url()}?tab={tab}" for tab in TABS),
        *(f"{page}?{urlencode({'tab': 'artifacts', 'path': path})}"
          for path in ("output", f"output/{EVIL}.txt", "output/page.html", "output/drawing.svg",
                       "output/table.csv", "output/data.json", EVIL)),
        f"{page}?{urlencode({'tab': 'log', 'q': EVIL})}",
        reverse("project", args=[EVIL]),
        reverse("project_retention", args=[EVIL]),
        reverse("template", args=["evil", EVIL]),
        f"{reverse('run_new')}?{urlencode({'program': 'evil', 'template': EVIL, 'name': EVIL})}",
        f"{reverse('run_new')}?{urlencode({'from': run.pk})}",
        f"{reverse('run_new')}?{urlencode({'program': EVIL})}",
        f"/runs/{urlencode({'': EVIL})[1:]}/",
        f"/accounts/login/?{urlencode({'next': EVIL})}",
    ]  # fmt: skip
    asking_all = [f"{address}?{asked}" for address in lists]
    return [*lists, "/runs/?owner=all", *asking_all, *things, *of_the_admin_site()]


def of_the_admin_site():
    """Lists and first rows of all that it shows."""
    found = [reverse("admin:index")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = reverse(f"{name}_changelist")
        found += [listed, f"{listed}?{urlencode({'q': EVIL})}"]
        found += [
            reverse(f"{name}_change", args=[row.pk]) for row in model._default_manager.all()[:2]
        ]
    return found
