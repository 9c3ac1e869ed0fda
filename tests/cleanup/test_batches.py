"""Retention leaves runs of batches alone until these are through with them."""

import pytest

from runs.analysis.services import create_batch
from runs.cleanup.retention import plan
from runs.models import Batch, Retention, Run
from tests.analysis.asking import wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(project):
    return Retention(project=project, subject=Retention.Subject.JOBS, keep_latest=0)


@pytest.fixture
def batch(member, project, script_program):
    batch = create_batch(owner=member, request=wanted(script_program("")))
    Run.objects.filter(batch=batch).update(status="completed")
    return batch


def going(rule):
    return len(plan(rule).going)


def set_to(batch, **fields):
    Batch.objects.filter(pk=batch.pk).update(**fields)


def test_they_stay_while_the_batch_goes_on(batch, rule):
    set_to(batch, status="running")
    assert going(rule) == 0


def test_they_stay_until_the_batch_has_read_them(batch, rule):
    set_to(batch, status="completed", revision=3, analysed_revision=2)
    assert going(rule) == 0


def test_they_go_after_that(batch, rule):
    set_to(batch, status="completed", revision=3, analysed_revision=3)
    assert going(rule) == 3
