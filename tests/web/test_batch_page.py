"""The page of a batch: its header, its tabs, and what is done from it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs.analysis.transitions import announce
from runs.models import Batch, BatchMetric, Iteration, Run
from tests.web.batch_results import BLOCKING, LATENCY, give_result, pairs, problem, sides, swept

DONE = {"status": "completed", "reason": "3 of 3 completed"}


@pytest.fixture
def show(client, member):
    client.force_login(member)

    def ask(batch, query=""):
        response = client.get(f"/batches/{batch.pk}/?{query}")
        assert response.status_code == 200
        return response.content.decode()

    return ask


def words_of(html):
    """As a person reads them."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_it_asks_for_a_login_and_knows_no_other(client, member, batch_row):
    address = f"/batches/{batch_row().pk}/"
    assert client.get(address).headers["Location"].startswith("/accounts/login/")
    client.force_login(member)
    assert client.get("/batches/0123456789ab/").status_code == 404


def test_its_header_tells_all_of_it(show, batch_with_runs):
    batch = batch_with_runs(["completed", "failed", "running"], status="running")
    words = words_of(show(batch))
    for said in ("optics /", "batch", "repeat 3×", "1 completed", "1 failed", "1 running", "ada"):
        assert said in words
    assert "Cancel" in words and "Retry 1 failed" in words and "Delete…" not in words


def test_its_header_comes_alone_for_a_page_that_is_open(client, member, batch_with_runs):
    batch = batch_with_runs(["completed"])
    client.force_login(member)
    html = client.get(f"/batches/{batch.pk}/header/").content.decode()
    assert "<html" not in html
    assert 'data-revision-runs="1 of 3 completed, 2 waiting"' in html


def test_others_see_it_and_can_do_nothing(client, other_member, batch_with_runs):
    batch = batch_with_runs(["failed"] * 3, **DONE)
    client.force_login(other_member)
    words = words_of(client.get(f"/batches/{batch.pk}/").content.decode())
    assert "Again…" in words
    assert "Retry" not in words and "Delete" not in words


@pytest.mark.parametrize(
    ("statuses", "fields", "words"),
    [
        ([], {}, "The first result appears when the first run ends"),
        (["completed"], {"status": "running"}, "The first result appears"),
        (["failed"] * 3, {"status": "failed"}, "No run of this batch completed"),
        (["completed"] * 3, DONE, "No metric was found"),
    ],
)
def test_without_a_result_it_says_what_happens_next(show, batch_with_runs, statuses, fields, words):
    assert words in words_of(show(batch_with_runs(statuses, **fields)))


def test_it_shows_the_statistics_of_a_repeat(show, batch_with_runs):
    batch = batch_with_runs(["completed"] * 20, num_iterations=20, **DONE)
    give_result(batch, (BLOCKING, LATENCY), headlines=["It blocks <little>."])
    html = show(batch)
    assert "It blocks &lt;little&gt;." in html
    words = words_of(html)
    for said in ("n mean 95 % interval median sd 5 % 95 %", "blocking probability 20 0.02", "[ms]"):
        assert said in words
    assert html.count('class="panel picture') >= 2
    assert f"/batches/{batch.pk}/values.csv" in html and f"{batch.pk}/result.json" in html


def test_it_shows_another_metric_at_another_load(show, batch_with_runs):
    batch = batch_with_runs(["completed"] * 3, **DONE)
    give_result(batch, (BLOCKING, LATENCY), xs=(20.0, 60.0))
    words = words_of(show(batch, "metric=latency&x=20"))
    assert "All metrics at load 20" in words and "Latency at every load" in words
    odd = words_of(show(batch, "metric=%3Cscript%3E&x=none"))
    assert words_of(show(batch, "metric=%00&x=%00")) == odd
    assert "All metrics at load 60" in odd and "script" not in odd


def test_it_shows_a_comparison(show, batch_with_runs):
    batch = batch_with_runs(["completed"] * 20, kind="compare", points=sides("ksp", "ff"),
                            num_iterations=10, **DONE)  # fmt: skip
    give_result(batch)
    measured = BatchMetric.objects.get()
    measured.summary["comparisons"][0] |= {"p_adjusted": 0.0004, "sentence": "ff blocks more."}
    measured.save()
    words = words_of(show(batch))
    assert "metric ksp ff difference 95 % interval relative pairs" in words
    assert "+50 %" in words and "< 0.001" in words.replace("&lt;", "<")
    assert "ff blocks more." in words


def test_it_shows_a_sweep_a_row_a_value(show, batch_with_runs):
    batch = batch_with_runs(["completed"] * 9, kind="sweep", points=swept(1, 2.5, 4),
                            parameters=["a.b"], **DONE)  # fmt: skip
    give_result(batch)
    rows = re.findall(r'<th scope="row" class="num">\s*([\d.]+)', show(batch))
    assert rows == ["1", "2.5", "4"]


def test_it_shows_a_grid_as_rows_and_columns(show, batch_with_runs):
    batch = batch_with_runs(["completed"] * 6, kind="sweep", points=pairs((1, 2), (3, 4, 5)),
                            parameters=["a.b", "a.c"], num_iterations=1, **DONE)  # fmt: skip
    give_result(batch)
    words = words_of(show(batch))
    assert "b ↓ c → 3 4 5 1 0.0" in words


def test_it_says_what_is_partial_and_which_failed(show, batch_with_runs):
    batch = batch_with_runs(["completed"] * 2 + ["failed"], **DONE)
    run = Run.objects.get(batch=batch, status="failed")
    give_result(
        batch, partial=True, completed=2, measured=2, problem_total=1,
        problems=[problem(number=2, seed=2, run_id=run.pk, message="exit code 1: <boom>")],
    )  # fmt: skip
    html = show(batch)
    assert "2 of 3 runs completed: what is below is of those" in words_of(html)
    assert f'<a href="/runs/{run.pk}/">#2</a>' in html
    assert "seed 2</span>: exit code 1: &lt;boom&gt;" in html
    assert "Retry 1 failed" in html


def test_it_folds_many_problems(show, batch_with_runs):
    batch = batch_with_runs(["failed"] * 3, status="failed")
    many = [problem(number=n) for n in range(200)]
    give_result(batch, (), partial=True, completed=0, problems=many, problem_total=900)
    words = words_of(show(batch))
    assert "190 more" in words and "These are the first 200" in words


def test_its_runs_are_listed_with_what_they_measured(show, batch_with_runs):
    batch = batch_with_runs(["completed", "failed"], base_seed=100)
    Iteration.objects.filter(number=0).update(metrics={"blocking_probability": [[60, 0.125]]})
    Iteration.objects.filter(number=1).update(problem="it wrote no <file>")
    give_result(batch)
    html = show(batch, "tab=runs")
    assert "0 100 completed" in words_of(html) and "0.125" in html
    assert "it wrote no &lt;file&gt;" in html


def test_its_runs_can_be_narrowed_to_a_status_and_a_point(client, member, batch_with_runs):
    batch = batch_with_runs(["completed", "failed"], kind="compare", points=sides())
    client.force_login(member)

    def shown(query):
        rows = client.get(f"/batches/{batch.pk}/?tab=runs&{query}").context["rows"]
        return [(row.iteration.point, row.iteration.number) for row in rows]

    assert shown("status=failed") == [(0, 1)]
    assert shown("point=1") == [(1, 0), (1, 1), (1, 2)]
    assert len(shown("point=9&status=odd")) == 6


def test_its_runs_are_paged_by_key(client, member, batch_row):
    batch = batch_row(kind="sweep", points=swept(1, 2), parameters=["a.b"], num_iterations=60)
    Iteration.objects.bulk_create(
        Iteration(batch=batch, point=point, number=number, seed=number)
        for number in range(60) for point in range(2)
    )  # fmt: skip
    client.force_login(member)
    seen, query = [], ""
    while True:
        page = client.get(f"/batches/{batch.pk}/?tab=runs&{query}")
        seen += [(row.iteration.point, row.iteration.number) for row in page.context["rows"]]
        if not page.context["older"]:
            break
        query = f"after={page.context['older']}"
    assert seen == [(point, number) for point in range(2) for number in range(60)]
    back = client.get(f"/batches/{batch.pk}/?tab=runs&before={page.context['newer']}")
    assert back.context["rows"][0].iteration.number == 50 and back.context["newer"]


@pytest.mark.parametrize("query", ["after=x", "before=1", "after=1.2.3", "after=²."])
def test_it_refuses_a_damaged_cursor(client, member, batch_row, query):
    client.force_login(member)
    assert client.get(f"/batches/{batch_row().pk}/?tab=runs&{query}").status_code == 422


def test_its_configuration_shows_what_each_point_sets(show, batch_row):
    batch = batch_row(
        kind="compare", points=sides("<A>", "B", top={"b": "<2>"}), config_text="[a]\nb = 1\n",
        overrides={"a": {"c": 3}}, base_seed=5, notes="why",
    )  # fmt: skip
    html = show(batch, "tab=configuration")
    assert "&lt;A&gt;" in html and "top.b = &lt;2&gt;" in html
    words = words_of(html)
    assert "c = 3" in words
    assert "5 to 7" in words and "why" in words and "as the configuration stands" in words
    assert "takes no seed" in words


def test_its_configuration_is_shown_even_where_it_does_not_parse(show, batch_row):
    batch = batch_row(config_text="[a\n", overrides={"a": {"b": 1}})
    assert "[a" in words_of(show(batch, "tab=configuration"))


@pytest.mark.parametrize("tab", ["results", "runs", "configuration", "odd"])
def test_htmx_gets_the_tab_alone(client, member, batch_with_runs, tab):
    batch = batch_with_runs(["completed"])
    client.force_login(member)
    response = client.get(f"/batches/{batch.pk}/?tab={tab}", headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()


@pytest.mark.parametrize("tab", ["results", "runs"])
def test_it_asks_little_of_the_database_however_many_runs(client, member, batch_row, run_row, tab):
    batch = batch_row(num_iterations=60, made=60)
    for number in range(60):
        run = run_row(status="completed", batch=batch, program=batch.program, owner=member)
        Iteration.objects.create(batch=batch, point=0, number=number, seed=number, run=run)
    give_result(batch, [{"name": f"m{n}", "label": f"m{n}"} for n in range(12)])
    client.force_login(member)
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/batches/{batch.pk}/?tab={tab}")
    assert len(asked) <= 20
    values = [each["sql"] for each in asked if '"runs_batchmetric"."values"' in each["sql"]]
    assert len(values) == (1 if tab == "results" else 0)


def test_it_shows_any_name_as_text(show, batch_with_runs):
    odd = '<img src=x onerror="alert(1)">'
    batch = batch_with_runs(["completed"] * 6, name=odd, group=odd, notes=odd, tags=[odd],
                            kind="compare", points=sides(odd, "B"))  # fmt: skip
    give_result(
        batch, [{"name": odd, "label": odd, "unit": odd}], headlines=[odd], warnings=[odd],
        problems=[problem(message=odd)], problem_total=1,
    )  # fmt: skip
    for tab in ("results", "runs", "configuration"):
        assert "<img" not in show(batch, f"tab={tab}")


def test_it_is_cancelled(client, member, batch_with_runs):
    batch = batch_with_runs([])
    client.force_login(member)
    assert client.post(f"/batches/{batch.pk}/cancel/").url == f"/batches/{batch.pk}/"
    assert Batch.objects.get().status == "cancelled"
    again = client.post(f"/batches/{batch.pk}/cancel/", headers={"HX-Request": "true"})
    assert again.status_code == 409


def test_it_asks_for_its_name_before_it_is_deleted(client, member, batch_with_runs):
    batch = batch_with_runs(["completed"] * 3, **DONE)
    client.force_login(member)
    address = f"/batches/{batch.pk}/delete/"
    question = words_of(client.post(address).content.decode())
    assert "Delete batch?" in question and "Each run can be put back from the trash" in question
    assert client.post(address, {"confirm": "other"}).status_code == 422
    done = client.post(address, {"confirm": "batch"}, follow=True)
    assert "Deleted batch." in words_of(done.content.decode())
    assert not Batch.objects.exists()


def test_it_is_not_deleted_while_it_runs(client, member, batch_with_runs):
    batch = batch_with_runs(["running"], status="running")
    client.force_login(member)
    assert client.post(f"/batches/{batch.pk}/delete/").status_code == 409


def test_a_runs_page_says_which_part_it_is(client, member, batch_with_runs):
    batch = batch_with_runs(["completed"] * 6, kind="sweep", points=swept(1, 3), parameters=["a.b"])
    run = Run.objects.get(iteration__point=1, iteration__number=2)
    client.force_login(member)
    words = words_of(client.get(f"/runs/{run.pk}/").content.decode())
    assert "part of batch batch · b=3 · iteration 2" in words
    listed = client.get("/runs/").content.decode()
    assert listed.count(f'href="/batches/{batch.pk}/" title=') == 6


def test_dashboard_and_search_lead_to_it(client, member, batch_with_runs):
    batch = batch_with_runs(["running"], status="running", name="nsf-sweep")
    client.force_login(member)
    for address in ("/", "/search/?q=nsf-sw"):
        assert f'href="/batches/{batch.pk}/"' in client.get(address).content.decode()


def test_the_audit_says_who_retried_it(client, staff, batch_with_runs):
    batch = batch_with_runs([], name="nsf-sweep")
    announce(batch, "retried", staff)
    client.force_login(staff)
    html = client.get("/audit/").content.decode()
    assert "retried what failed of" in words_of(html)
    assert f'href="/batches/{batch.pk}/"' in html
