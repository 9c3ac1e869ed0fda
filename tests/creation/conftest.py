"""Sessions, and programs with schemas that ask."""

import json
import sys

import pytest

from runs.creation.checks.registry import run_checks
from runs.creation.services import create_session, resume_session
from runs.models import CreationSession, Event, Program

SCHEMA = {
    "type": "object",
    "properties": {
        "a": {
            "type": "object",
            "properties": {
                "steps": {"type": "integer", "minimum": 1, "maximum": 1000, "x-scale": True},
                "rate": {"type": "number"},
                "mode": {
                    "type": "string",
                    "enum": ["fast", "slow"],
                    "x-deprecated": {"quick": "fast"},
                },
                "network": {"type": "string", "x-file": "topology"},
                "table": {"type": "string", "x-file": True},
            },
            "x-renamed": {"speed": "rate"},
            "required": ["steps"],
            "additionalProperties": False,
        },
        "notes": {"type": "object", "properties": {"who": {"type": "string"}}},
    },
    "required": ["a"],
}


@pytest.fixture
def asking_program(db, tmp_path):
    """Makes a program with `SCHEMA`, and a template `base` of the given text."""

    def make(text="[a]\nsteps = 10\n", schema=SCHEMA, command="{config}", slug="asker", **fields):
        path = tmp_path / f"{slug}.py"
        path.write_text("print('hello')")
        folder = tmp_path / "templates" / slug
        folder.mkdir(parents=True, exist_ok=True)
        format = fields.get("config_format", "ini")
        (folder / f"base.{format}").write_text(text)
        defaults = {
            "title": "The asker",
            "command": f"{sys.executable} {path} {command}",
            "schema": schema,
            "config_format": "ini",
            **fields,
        }
        return Program.objects.update_or_create(slug=slug, defaults=defaults)[0]

    return make


@pytest.fixture
def begin_run(member, project, asking_program):
    """A run session of `asking_program(text)`, driven as far as it goes."""

    def begin(text="[a]\nsteps = 10\n", program=None, owner=None, **inputs):
        program = program or asking_program(text)
        wish = {
            "project": project.slug,
            "program": getattr(program, "slug", program),
            "template": "base",
            "label": "try",
            **inputs,
        }
        return create_session(owner=owner or member, kind="run", inputs=wish)

    return begin


@pytest.fixture
def begin_project(member):
    def begin(title="Optical limits", **inputs):
        return create_session(owner=member, kind="project", inputs={"title": title, **inputs})

    return begin


def answer(session, **fields):
    return resume_session(
        actor=session.owner,
        session=session,
        request_id=session.pending_input["request_id"],
        extra_inputs=fields,
    )


def asked(session):
    """The check that asks, and the ids of its fields."""
    pending = session.pending_input
    return pending and (pending["check"], [field["id"] for field in pending["fields"]])


def told(session):
    """The kinds of its events, in their order."""
    found = Event.objects.filter(subject=f"session:{session.pk}").order_by("seq")
    return [event.kind.removeprefix("session.") for event in found]


def payloads(session, kind):
    found = Event.objects.filter(subject=f"session:{session.pk}", kind=f"session.{kind}")
    return [event.payload for event in found.order_by("seq")]


def reread(session):
    return CreationSession.objects.select_related("owner").get(pk=session.pk)


NETWORK = {
    "name": "line",
    "nodes": [{"name": "A", "x": 0, "y": 0}, {"name": "B", "x": 1, "y": 1}],
    "links": [{"source": "A", "destination": "B", "length_km": 100}],
}


@pytest.fixture
def network_text():
    return json.dumps(NETWORK)


@pytest.fixture
def install_check(tmp_path, monkeypatch):
    """Installs a package with one check; other processes find it by the path that is returned."""

    installed = []

    def install(code, name="lab_check", target="check"):
        installed.append(name)
        place = tmp_path / "installed"
        facts = place / f"{name}-1.0.dist-info"
        facts.mkdir(parents=True)
        (place / f"{name}.py").write_text(code)
        (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (facts / "entry_points.txt").write_text(
            f"[fusionweb.creation_checks]\n{name} = {name}:{target}\n"
        )
        monkeypatch.syspath_prepend(str(place))
        run_checks.cache_clear()
        return place

    yield install
    for name in installed:
        sys.modules.pop(name, None)
    run_checks.cache_clear()
