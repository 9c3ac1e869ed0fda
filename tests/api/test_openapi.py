"""The OpenAPI document is true: calls made from it, as member and as staff, get answers that fit.

Streams are left out: they never end by themselves, and have tests of their own (test_streams).
"""

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from runs.api.document import document
from runs.api.urls import api
from runs.creation.services import create_session
from runs.models import Alert, Batch, Run
from tests.analysis.measured import keep_metric, measure, result_of
from tests.disk import write_checkpoint, write_job

from .conftest import Script

DOCUMENT = document(api)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {
    operation.label: operation
    for operation in (result.ok() for result in SCHEMA.get_all_operations())
    if not operation.path.endswith("/stream")
}
EXAMPLES = 10
BOUNDS = hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[hypothesis.Phase.generate],
)


@pytest.fixture
def application():
    """The real WSGI application, on the connection of the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def known(settings, make_run, program, job_row, checkpoint_row, batch_with_runs, member):
    """What there is, by the names that addresses have for it."""
    settings.FUSIONWEB_RUNS_PER_MINUTE = 1_000_000
    run = make_run(name="nsf")
    Run.objects.filter(pk=run.pk).update(status="failed")
    key = {"project": "optics", "group": "baselines", "name": "lm"}
    write_job(settings.FUSIONWEB_STATUS_DIRS[0], **key, run_id="1")
    job_row(**key, run_id="1")
    write_checkpoint(settings.FUSIONWEB_CHECKPOINT_DIRS[0], "best", **key)
    checkpoint_row(**key, suffix="best")
    alert = Alert.objects.create(
        kind=Alert.Kind.ROOT_MISSING, cause="root", message="Gone.", last_at=timezone.now()
    )
    return {
        **key,
        "job_name": "lm",
        "run_id": "1",
        "run": run.pk,
        "slug": "optics",
        "suffix": "best",
        "alert_id": alert.pk,
        "path": "config.ini",
        "session_id": asking_session(member).pk,
        "batch_id": measured_batch(batch_with_runs).pk,
    }


def measured_batch(make):
    """One that has ended, with a result; one of its runs has failed."""
    batch = make(["completed", "failed"], num_iterations=2, status="completed")
    measure(batch, 0, 0, blocking={10.0: 0.5, 20.0: None})
    keep_metric(batch, "blocking", xs=(10.0, 20.0))
    Batch.objects.filter(pk=batch.pk).update(result=result_of(batch, "blocking"))
    return batch


def asking_session(owner):
    """A session that waits for a seed."""
    wish = {"project": "optics", "program": "fusion-sim", "template": "quick_seconds",
            "label": "asks", "overrides": {"general": {"nonsense": 1}}}  # fmt: skip
    session = create_session(owner=owner, kind="run", inputs=wish)
    assert session.pending_input
    return session


def at_home(case, known):
    """The case, asked of something that there is."""
    parts = {name: known.get(name, value) for name, value in case.path_parameters.items()}
    if case.path.startswith("/api/v1/runs/"):
        parts["run_id"] = known["run"]
    if "/programs/" in case.path:
        parts["slug"] = "fusion-sim"
    if "/templates/" in case.path:
        parts["name"] = "quick_seconds"
    if "/topologies/" in case.path:
        parts["name"] = "nsfnet"
    case.path_parameters = parts
    return case


def cases_of(operation):
    """As the document says, and now and then not, where there is something to get wrong."""
    right = operation.as_strategy()
    if not (operation.body or operation.query):
        return right
    return right | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


@pytest.mark.parametrize("label", OPERATIONS)
@pytest.mark.parametrize("as_staff", [False, True], ids=["member", "staff"])
def test_it_answers_as_the_document_says(label, as_staff, application, known, member, staff):
    headers = {"Authorization": f"Bearer {Script(staff if as_staff else member).text}"}
    operation = OPERATIONS[label]

    @BOUNDS
    @given(case=cases_of(operation), there=st.booleans())
    def ask(case, there):
        if there:
            at_home(case, known)
        response = case.call(app=application, headers=headers)
        case.validate_response(response, checks=CHECKS, headers=headers)

    ask()
