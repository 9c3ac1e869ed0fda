"""Cancel, retry and delete from pages."""

import pytest

from runs.models import Run

HTMX = {"HX-Request": "true"}


@pytest.fixture
def ended(make_run):
    def make(name="try", **fields):
        run = make_run(name=name, **fields)
        Run.objects.filter(pk=run.pk).update(status="completed")
        return run

    return make


def status_of(run):
    return Run.objects.get(pk=run.pk).status


def test_it_cancels_a_waiting_run_and_returns_to_it(client, member, make_run):
    run = make_run()
    client.force_login(member)
    response = client.post(f"/runs/{run.pk}/cancel/")
    assert response["Location"] == f"/runs/{run.pk}/"
    assert status_of(run) == "cancelled"


def test_it_orders_a_running_run_to_be_killed_now(client, member, make_run):
    run = make_run()
    Run.objects.filter(pk=run.pk).update(status="running")
    client.force_login(member)
    client.post(f"/runs/{run.pk}/cancel/", {"grace_seconds": "0"})
    assert Run.objects.get(pk=run.pk).cancel_grace_seconds == 0


@pytest.mark.parametrize("grace", ["-1", "soon", "nan", "inf", "99999"])
def test_it_refuses_a_grace_period_that_is_none(client, member, make_run, grace):
    run = make_run()
    client.force_login(member)
    assert client.post(f"/runs/{run.pk}/cancel/", {"grace_seconds": grace}).status_code == 422
    assert status_of(run) == "pending"


def test_it_says_that_an_ended_run_cannot_be_cancelled(client, member, ended):
    client.force_login(member)
    response = client.post(f"/runs/{ended().pk}/cancel/", headers=HTMX)
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#toasts"
    assert "already ended" in response.content.decode()


@pytest.mark.parametrize("action", ["cancel", "retry", "delete"])
def test_it_refuses_what_is_anothers_and_what_only_looks(client, other_member, ended, action):
    run = ended()
    client.force_login(other_member)
    assert client.post(f"/runs/{run.pk}/{action}/").status_code == 403
    assert client.get(f"/runs/{run.pk}/{action}/").status_code == 405
    assert status_of(run) == "completed"


def test_it_returns_where_the_form_says_but_not_to_another_site(client, member, make_run):
    client.force_login(member)
    for target, expected in [("/runs/?owner=all", "/runs/?owner=all"), ("//evil.example/", None)]:
        run = make_run()
        response = client.post(f"/runs/{run.pk}/cancel/", {"next": target})
        assert response["Location"] == (expected or f"/runs/{run.pk}/")


def test_it_makes_one_new_run_of_a_double_click_on_retry(client, member, ended):
    run = ended()
    client.force_login(member)
    first, second = (client.post(f"/runs/{run.pk}/retry/")["Location"] for _ in range(2))
    assert first == second
    assert Run.objects.filter(origin=run).count() == 1


def test_it_asks_for_the_name_before_it_deletes(client, member, ended):
    run = ended("precious")
    client.force_login(member)
    question = client.post(f"/runs/{run.pk}/delete/").content.decode()
    assert "2 files" in question
    wrong = client.post(f"/runs/{run.pk}/delete/", {"confirm": "other"})
    assert wrong.status_code == 422
    assert run.directory.exists()
    client.post(f"/runs/{run.pk}/delete/", {"confirm": "precious"})
    assert not Run.objects.filter(pk=run.pk).exists()
    assert not run.directory.exists()


def test_it_refuses_to_delete_what_has_not_ended(client, member, make_run):
    client.force_login(member)
    assert client.post(f"/runs/{make_run().pk}/delete/", {"confirm": "try"}).status_code == 409


def test_it_cancels_what_it_can_and_says_what_it_cannot(
    client, member, make_run, ended, other_member
):
    waiting, done, foreign = make_run(name="a"), ended("b"), make_run(name="c", owner=other_member)
    client.force_login(member)
    ids = [run.pk for run in (waiting, done, foreign)]
    response = client.post("/runs/actions/", {"action": "cancel", "run": ids}, headers=HTMX)
    assert response.status_code == 204
    toast = response["HX-Trigger"]
    for words in ("Cancelling 1 run.", "b: ", "c: ", "warning"):
        assert words in toast
    assert [status_of(run) for run in (waiting, done, foreign)] == [
        "cancelled",
        "completed",
        "pending",
    ]


def test_it_asks_for_the_number_before_it_deletes_many(client, member, ended, make_run):
    runs = [ended("a"), ended("b"), make_run(name="active")]
    client.force_login(member)
    data = {"action": "delete", "run": [run.pk for run in runs]}
    question = client.post("/runs/actions/", data, headers=HTMX).content.decode()
    assert "Delete 2 runs?" in question
    assert "4 files" in question
    assert "active: it has not ended" in question
    response = client.post("/runs/actions/", {**data, "confirm": "2"}, headers=HTMX)
    assert response["HX-Retarget"] == "#toasts"
    assert "Deleted 2 runs. That was 4 files" in response.content.decode()
    assert list(Run.objects.values_list("name", flat=True)) == ["active"]


def test_it_works_without_script(client, member, make_run):
    run = make_run()
    client.force_login(member)
    data = {"action": "cancel", "run": [run.pk], "next": "/runs/?owner=all"}
    page = client.post("/runs/actions/", data, follow=True)
    assert page.redirect_chain == [("/runs/?owner=all", 302)]
    assert "Cancelling 1 run." in page.content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"action": "cancel"}, {"run": ["x"], "action": "explode"}, {"run": ["x"] * 501}]
)
def test_it_refuses_an_empty_or_odd_order(client, member, data):
    client.force_login(member)
    assert client.post("/runs/actions/", data).status_code == 422


def test_it_says_that_selected_runs_are_gone(client, member):
    client.force_login(member)
    response = client.post("/runs/actions/", {"action": "delete", "run": ["abcdef123456"]})
    assert response.status_code == 409
    assert "gone already" in response.content.decode()
