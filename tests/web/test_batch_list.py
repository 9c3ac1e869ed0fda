"""The list of batches: filters, order, pages, what a row says, and rows that refresh."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.models import Batch, Project, Run
from tests.web.batch_results import give_result, pairs, sides, swept


@pytest.fixture
def page(client, member):
    client.force_login(member)

    def ask(query=""):
        response = client.get(f"/batches/?{query}")
        assert response.status_code == 200
        return response

    return ask


def names(response):
    return {row.batch.name for row in response.context["rows"]}


def test_it_asks_for_a_login(client, db):
    assert client.get("/batches/").headers["Location"].startswith("/accounts/login/")


def test_it_shows_ones_own_and_with_a_word_everybodys(page, batch_row, other_member):
    batch_row(name="mine")
    batch_row(name="other", owner=other_member)
    assert names(page()) == {"mine"}
    assert names(page("owner=all")) == {"mine", "other"}
    assert names(page("owner=grace")) == {"other"}


def test_it_hides_those_of_a_closed_project(page, batch_row, other_member):
    closed = Project.objects.create(slug="secret", is_open=False)
    batch_row(name="hidden", project=closed, owner=other_member)
    assert names(page("owner=all")) == set()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=running", {"sweep"}),
        ("status=completed&status=running", {"sweep", "repeat"}),
        ("kind=sweep", {"sweep"}),
        ("kind=compare", {"duel"}),
        ("project=moe", {"duel"}),
        ("program=other", {"duel"}),
        ("search=swe", {"sweep"}),
        ("search=%25", set()),
    ],
)
def test_it_filters(page, batch_row, script_program, query, expected):
    batch_row(name="repeat", status="completed")
    batch_row(name="sweep", kind="sweep", status="running", points=swept(1), parameters=["a.b"])
    batch_row(
        name="duel", kind="compare", points=sides(), program=script_program("", slug="other"),
        project=Project.objects.create(slug="moe"),
    )  # fmt: skip
    assert names(page(query)) == expected


def test_it_filters_by_day(page, batch_row):
    batch_row(name="today")
    old = batch_row(name="old")
    Batch.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=9))
    assert names(page(f"since={timezone.localdate().isoformat()}")) == {"today"}


@pytest.mark.parametrize("query", ["since=soon", "status=odd", "kind=odd", "search=%00", "owner=x"])
def test_it_survives_odd_filters(page, batch_row, query):
    batch_row()
    assert page(query).status_code == 200


@pytest.mark.parametrize("query", ["order=password", "after=x", "before=~"])
def test_it_refuses_a_damaged_address(client, member, query):
    client.force_login(member)
    assert client.get(f"/batches/?{query}").status_code == 422


@pytest.mark.parametrize("order", ["-created_at", "name"])
def test_it_pages_both_ways(client, member, batch_row, order):
    for number in range(55):
        batch_row(name=f"batch-{number:02}")
    client.force_login(member)
    first = client.get(f"/batches/?order={order}")
    second = client.get("/batches/", {"order": order, "after": first.context["page"].older})
    back = client.get("/batches/", {"order": order, "before": second.context["page"].newer})
    shown = [row.batch.pk for page in (first, second) for row in page.context["rows"]]
    assert shown == list(Batch.objects.order_by(order, "-pk").values_list("pk", flat=True))
    assert len(back.context["rows"]) == 50
    assert "5 of 55 batches" in second.content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"num_iterations": 20}, "repeat 20×"),
        ({"kind": "compare", "points": sides("ksp", "ff")}, "compare ksp / ff · 3 pairs"),
        (
            {"kind": "sweep", "points": swept(1, 2, 3), "parameters": ["a.b"]},
            "sweep b · 3 values × 3",
        ),
        (
            {"kind": "sweep", "points": pairs((1, 2), (3, 4, 5)), "parameters": ["a.b", "a.c"]},
            "grid b × c · 2 × 3 × 3",
        ),
    ],
)
def test_it_says_what_kind_a_batch_is(page, batch_row, fields, words):
    batch_row(**fields)
    assert words in page().content.decode()


def test_it_shows_how_far_a_running_one_is(page, batch_with_runs):
    statuses = ["completed", "failed", "running"]
    batch_with_runs(statuses, status="running", num_iterations=4)
    html = page().content.decode()
    assert 'aria-label="1 of 4 completed, 1 failed, 1 running, 1 waiting"' in html
    assert "2 of 4" in html and "1 failed" in html


def test_it_estimates_when_a_running_one_will_end(page, batch_with_runs):
    batch = batch_with_runs(["completed", "running"], status="running")
    now = timezone.now()
    times = {"started_at": now - timedelta(seconds=60), "ended_at": now}
    Run.objects.filter(batch=batch, status="completed").update(**times)
    assert " left</span>" in page().content.decode()


def test_it_leads_with_the_result_of_a_completed_one(page, batch_with_runs):
    batch = batch_with_runs(["completed"] * 3, status="completed")
    give_result(batch, headlines=["B blocks <18> % less than A."])
    assert "B blocks &lt;18&gt; % less than A." in page().content.decode()


def test_it_says_why_one_failed(page, batch_row):
    batch_row(status="failed", reason="none of 3 completed")
    assert "none of 3 completed" in page().content.decode()


@pytest.mark.parametrize("name", ["<img src=x>", "größe 🚀", 'it\'s "it"'])
def test_it_shows_any_name_as_text(page, batch_row, name):
    batch_row(name=name, kind="compare", points=sides(name, "B"))
    html = page().content.decode()
    assert "<img" not in html


def test_it_refreshes_the_rows_asked_for_and_tells_which_new_ones_belong(client, member, batch_row):
    shown, new, foreign = batch_row(), batch_row(), batch_row(kind="compare", points=sides())
    client.force_login(member)
    address = f"/batches/rows/?kind=repeat&ids={shown.pk},nothing&new={new.pk},{foreign.pk}"
    html = client.get(address).content.decode()
    assert f'id="batch-{shown.pk}"' in html
    assert f'data-new="{new.pk}"' in html


def test_it_asks_the_database_the_same_for_any_number_of_rows(
    page, batch_with_runs, django_assert_max_num_queries
):
    for _ in range(12):
        batch_with_runs(["completed", "running"], status="running")
    with django_assert_max_num_queries(16):
        page()


def test_it_answers_htmx_with_the_list_alone_and_a_clean_address(client, member, batch_row):
    batch_row()
    client.force_login(member)
    response = client.get("/batches/?search=ba&kind=", headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert response["HX-Push-Url"] == "/batches/?search=ba"


def test_it_leads_to_the_first_step_where_there_is_nothing(page):
    html = page().content.decode()
    assert "You have no batches yet" in html
    assert 'href="/batches/new/"' in html
    assert "--repeat 20" in html
    assert "No batch matches" in page("kind=sweep").content.decode()
