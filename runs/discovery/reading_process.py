"""What a process that only reads begins with: nothing here may need Django set up."""

import django

from runs.lifecycle.children import die_with_parent


def begin(parent: int) -> None:
    """Called in the new process, before it is handed anything that needs Django."""
    die_with_parent(parent)
    django.setup()
