"""What the product's database holds before the first test; `manage.py shell` calls it."""

import sys
from pathlib import Path

from django.contrib.auth import get_user_model

from runs.models import Program

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
