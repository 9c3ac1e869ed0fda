"""Alerts over HTTP."""

import pytest
from django.utils import timezone

from runs.models import Alert, Event, Project
from tests.api.conftest import Script


@pytest.fixture
def alert(db):
    def make(kind="job_failed", **fields):
        cause = f"cause {Alert.objects.count()}"
        values = {"cause": cause, "message": "it failed", "last_at": timezone.now(), **fields}
        return Alert.objects.create(kind=kind, **values)

    return make


def ids(response):
    assert response.status_code == 200, response.content
    return [item["id"] for item in response.json()["items"]]


def test_it_lists_the_newest_first(script, alert):
    old, new = alert(), alert(kind="root_missing", address="/roots/")
    answer = script.get("/alerts")
    assert ids(answer) == [new.pk, old.pk]
    item = answer.json()["items"][0]
    assert (item["kind"], item["message"], item["address"]) == (
        "root_missing", "it failed", "/roots/",
    )  # fmt: skip
    assert (item["open"], item["acknowledged_by"], item["project"]) == (True, None, None)


def test_it_narrows_by_kind_and_by_whether_it_is_open(script, alert):
    failed, lost = alert(), alert(kind="job_lost", acknowledged_at=timezone.now())
    assert ids(script.get("/alerts", kind="job_lost")) == [lost.pk]
    assert ids(script.get("/alerts", open="true")) == [failed.pk]
    assert ids(script.get("/alerts", open="false")) == [lost.pk]
    assert script.get("/alerts", kind="nonsense").status_code == 422
    assert script.get("/alerts", open="maybe").status_code == 422


def test_it_pages(script, alert):
    made = {alert().pk for _ in range(5)}
    first = script.get("/alerts", limit=3)
    rest = script.get("/alerts", limit=3, cursor=first.json()["next"])
    assert {*ids(first), *ids(rest)} == made
    assert rest.json()["next"] is None


def test_it_acknowledges_once(script, other_script, alert):
    one = alert()
    answer = script.post(f"/alerts/{one.pk}/acknowledge")
    assert answer.status_code == 200
    assert (answer.json()["open"], answer.json()["acknowledged_by"]) == (False, "ada")
    again = other_script.post(f"/alerts/{one.pk}/acknowledge")
    assert (again.status_code, again.json()["acknowledged_by"]) == (200, "ada")
    assert Event.objects.filter(kind="alert.acknowledged").count() == 1


@pytest.mark.parametrize(
    ("key", "status"), [("999", 404), ("0", 422), ("-1", 422), ("x", 422), (str(2**63), 422)]
)
def test_it_knows_no_other_alert(script, db, key, status):
    assert script.post(f"/alerts/{key}/acknowledge").status_code == status


def test_it_hides_alerts_of_a_closed_project(script, staff_script, alert):
    Project.objects.create(slug="secret", is_open=False)
    hidden, shown = alert(project="secret"), alert()
    assert ids(script.get("/alerts")) == [shown.pk]
    refused = script.post(f"/alerts/{hidden.pk}/acknowledge")
    assert refused.status_code == 404
    assert refused.json()["error"]["code"] == "alert_not_found"
    assert Alert.objects.get(pk=hidden.pk).acknowledged_at is None
    assert len(ids(staff_script.get("/alerts"))) == 2


def test_it_needs_more_than_reading_to_acknowledge(member, alert):
    reader = Script(member, ["read"])
    assert reader.post(f"/alerts/{alert().pk}/acknowledge").status_code == 403
