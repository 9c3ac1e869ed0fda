"""Requests for batches, as a page or the API would make them."""

from runs.analysis.requests import Arm, BatchRequest
from runs.lifecycle.services import RunRequest
from runs.models import Project

CONFIG = "[a]\nb = 1\nc = 2\n"


def wanted(program, project=None, **fields):
    """A repeat of three with a small configuration, unless `fields` say otherwise; `run` are
    fields of the run's."""
    run = {"name": "many", "config_text": CONFIG, **fields.pop("run", {})}
    project = project or Project.objects.get_or_create(slug="optics")[0]
    values = {"kind": "repeat", "num_iterations": 3, **fields}
    return BatchRequest(run=RunRequest(program=program, project=project, **run), **values)


def comparison(program, a=None, b=None, **fields):
    sides = [
        Arm("A", {"a": {"b": 1}} if a is None else a),
        Arm("B", {"a": {"b": 2}} if b is None else b),
    ]
    return wanted(program, kind="compare", points=sides, **fields)


def sweep(program, values=(1, 2, 3), parameter="a.b", **fields):
    return wanted(program, kind="sweep", parameter=parameter, values=values, **fields)
