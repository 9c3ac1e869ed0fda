"""What the product's database holds before the first test; `manage.py shell` calls it."""

import sys
from pathlib import Path

from django.contrib.auth import get_user_model

from runs.creation.services import begin_draft, cancel_session, confirm_session
from runs.models import CreationSession, Program, Project

MEMBER = "ada"
STAFF = "grace"
PASSWORD = "correct horse battery"
PROGRAMS = Path(__file__).parent / "programs"


def furnish():
    """A member, one of staff, and each script of the folder as a program of its name."""
    get_user_model().objects.create_user(MEMBER, password=PASSWORD)
    get_user_model().objects.create_user(STAFF, password=PASSWORD, is_staff=True)
    for path in sorted(PROGRAMS.glob("*.py")):
        command = f"{sys.executable} -u {path} {{config}}"
        program = Program(slug=path.stem, title=path.stem, command=command)
        program.full_clean()
        program.save()


def furnish_sessions():
    """A draft, one that asks for a file, and one that failed with its files; prints their ids."""
    owner = get_user_model().objects.get(username=MEMBER)
    Project.objects.get_or_create(slug="sessions")
    inputs = {
        "project": "sessions",
        "program": "fusion-sim",
        "template": "quick_seconds",
        "label": "shown",
        "overrides": {"topology_settings": {"topology_file": "nowhere.json"}},
    }
    made = {
        name: begin_draft(owner=owner, kind="run", inputs=inputs, step="readme")
        for name in ("draft", "asking", "failed")
    }
    for name in ("asking", "failed"):
        confirm_session(actor=owner, session=made[name])
    cancel_session(
        actor=owner, session=CreationSession.objects.get(pk=made["failed"].pk), discard_files=False
    )
    CreationSession.objects.filter(pk=made["failed"].pk).update(
        state="failed",
        failed_phase="running_checks",
        error={"code": "validation_failed", "message": "It does not fit.", "trace_id": "abc"},
    )
    for name, session in made.items():
        print(name, session.pk)
