"""What every installation begins with: the bundled simulator, its templates, a project.

The program's row keeps in step with what is shipped until staff edit it. Whether they did is
seen from a digest of command, schema and metrics, kept in the schema itself.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from runs.contract.layout import DEFAULT_PROJECT
from runs.models import Program, Project

from .places import SIMULATOR

SLUG = "fusion-sim"
TITLE = "Bundled network simulator"
DESCRIPTION = (
    "An elastic optical network under dynamic traffic: blocking probability against offered load."
)
COMMAND = (
    "fusion-sim --config_path {config} --run_id {run_id} --progress_file {progress_file} "
    "--output_dir {output_dir} --checkpoint_dir {checkpoint_dir} --resume_from {resume_from} "
    "--seed {seed}"
)
METRICS: list[dict[str, str]] = [
    {"name": "blocking_prob", "label": "blocking probability", "scale": "log"},
    {"name": "bit_rate_blocking", "label": "bit-rate blocking", "scale": "log"},
    {"name": "link_utilization", "label": "link utilisation"},
    {"name": "mean_hops", "label": "mean hops", "unit": "hops"},
]
DIGEST = "x-shipped"


def install_bundled() -> list[str]:
    """Bring what is missing and renew what nobody edited; one sentence for each thing done.

    Raises OSError where the first root of templates cannot be written.
    """
    done = [install_program(), *install_templates()]
    project, made = Project.objects.get_or_create(
        slug=DEFAULT_PROJECT, defaults={"title": "General"}
    )
    if made:
        done.append(f"made the project {project.slug}")
    return [sentence for sentence in done if sentence]


def install_program() -> str:
    shipped = shipped_fields()
    with transaction.atomic():
        program, made = Program.objects.select_for_update().get_or_create(
            slug=SLUG,
            defaults={
                **shipped,
                "title": TITLE,
                "description": DESCRIPTION,
                "config_format": Program.Format.INI,
            },
        )
        if made:
            return f"registered the program {SLUG}"
        if is_edited(program):
            return f"left the program {SLUG} as staff edited it"
        if program.schema == shipped["schema"]:
            return ""
        for field, value in shipped.items():
            setattr(program, field, value)
        program.save(update_fields=list(shipped))
    return f"renewed the program {SLUG}"


def shipped_fields() -> dict[str, Any]:
    schema = json.loads((SIMULATOR / "schema.json").read_text())
    schema[DIGEST] = digest(COMMAND, schema, METRICS)
    return {"command": COMMAND, "schema": schema, "metrics": METRICS}


def is_edited(program: Program) -> bool:
    now = digest(program.command, program.schema, program.metrics)
    return program.schema.get(DIGEST) != now


def digest(command: str, schema: dict[str, Any], metrics: list[Any]) -> str:
    bare = {key: value for key, value in schema.items() if key != DIGEST}
    # sorted: a database may give back the keys of an object in an order of its own
    text = json.dumps([command, bare, metrics], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def install_templates() -> list[str]:
    """Copy templates that are missing; what is there is staff's, edited or not."""
    folder = Path(settings.FUSIONWEB_TEMPLATES[0]) / SLUG
    folder.mkdir(parents=True, exist_ok=True)
    sources = sorted((SIMULATOR / "templates").glob("*.ini"))
    copied = [source.stem for source in sources if copy_once(source, folder / source.name)]
    return [f"copied the template {SLUG}/{name}" for name in copied]


def copy_once(source: Path, target: Path) -> bool:
    """Whole or not at all; False where the target is there."""
    if os.path.lexists(target):
        return False
    half_made = target.with_name(f".{target.name}.{os.getpid()}")
    half_made.write_bytes(source.read_bytes())
    half_made.rename(target)
    return True
