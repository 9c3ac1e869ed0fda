import pytest
from django.http import QueryDict
from django.urls import reverse

from runs.analysis.result import MetricSummary, PointValues
from runs.models import BatchMetric
from runs.web.pictures import pictures_of
from tests.analysis.pictures.reading import parse, texts
from tests.web.batch_results import give_result

LOADS = (100.0, 200.0)
SIDES = [{"label": label, "overrides": {}, "values": []} for label in ("first fit", "best fit")]


@pytest.fixture
def compared(batch_row):
    batch = batch_row(kind="compare", points=SIDES, num_iterations=5, base_seed=40)
    return give_result(batch, xs=LOADS)


@pytest.fixture
def visitor(client, member):
    client.force_login(member)
    return client


def address(batch, kind, query=""):
    return f"{reverse('batch_picture', args=[batch.pk, kind])}?{query}"


def pictures(batch, query=""):
    measured = BatchMetric.objects.get(batch=batch)
    summary = MetricSummary.model_validate(measured.summary)
    values = [PointValues.model_validate(each) for each in measured.values]
    return {each.kind: each for each in pictures_of(batch, summary, values, QueryDict(query))}


def test_it_serves_a_picture_as_a_file_that_can_run_nothing(visitor, compared):
    response = visitor.get(address(compared, "pairs", "x=200"))
    assert response.status_code == 200
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert 'filename="batch-blocking_probability-pairs.svg"' in response["Content-Disposition"]
    assert parse(response.content).get("width") == "560"


@pytest.mark.parametrize("kind", ["pairs", "boxes", "curve"])
def test_it_serves_each_picture_of_the_kind_of_batch(visitor, compared, kind):
    assert visitor.get(address(compared, kind)).status_code == 200


@pytest.mark.parametrize(
    "kind, query",
    [("heat", ""), ("../x", ""), ("pairs", "metric=nonsense"), ("pairs", "x=300"),
     ("pairs", "x=nan"), ("pairs", "x=%00"), ("pairs", "metric=%00")],
)  # fmt: skip
def test_it_says_that_there_is_no_such_picture(visitor, compared, kind, query):
    path = reverse("batch", args=[compared.pk]) + f"pictures/{kind}.svg?{query}"
    assert visitor.get(path).status_code == 404


def test_it_says_that_nothing_was_measured_yet(visitor, batch_row):
    assert visitor.get(address(batch_row(), "strip")).status_code == 404


def test_it_is_for_those_alone_who_see_the_project(client, other_member, compared):
    compared.project.is_open = False
    compared.project.save()
    client.force_login(other_member)
    assert client.get(address(compared, "pairs")).status_code == 404


def test_it_draws_the_part_and_the_axis_that_are_asked_for(visitor, compared):
    query = "log=0&from=120&to=180"
    found = texts(parse(visitor.get(address(compared, "curve", query)).content))
    assert {"120", "180"} <= set(found) and "200" not in found


JUNK = ["from=a&to=b", "from=nan&to=inf", "from=5&to=5", "from=1", "low=9&high=1",
        "from=1e999&to=2", f"from={'9' * 500}&to=1"]  # fmt: skip


@pytest.mark.parametrize("junk", JUNK)
def test_it_draws_all_where_the_wanted_part_is_junk(visitor, compared, junk):
    whole = visitor.get(address(compared, "curve")).content
    assert visitor.get(address(compared, "curve", junk)).content == whole


def test_it_reads_a_bounded_number_of_rows(visitor, compared, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        visitor.get(address(compared, "boxes"))


def test_it_makes_all_pictures_of_a_metric_for_the_load_that_is_chosen(compared):
    made = pictures(compared, "x=100")
    assert list(made) == ["pairs", "boxes", "curve"]
    assert made["boxes"].title == "Distribution of blocking probability at 100 Erlang"
    assert made["boxes"].address == address(compared, "boxes", "metric=blocking_probability&x=100")


def test_it_takes_the_highest_load_where_there_is_none_like_it(compared):
    assert "at 200 Erlang" in pictures(compared, "x=nonsense")["pairs"].title


def test_it_offers_log_and_linear_where_both_can_be(compared):
    made = pictures(compared, "tab=results&x=100")
    assert made["boxes"].is_log  # as the metric is declared
    assert made["boxes"].linear_address == "?tab=results&x=100&log=0"
    assert not pictures(compared, "log=0")["boxes"].is_log
    assert made["pairs"].log_address == made["pairs"].linear_address == ""


def test_it_zooms_the_named_picture_alone_and_leads_back(compared):
    made = pictures(compared, "x=200&zoom=curve&from=120&to=180")
    assert made["curve"].reset_address == "?x=200"
    assert made["boxes"].reset_address == made["pairs"].reset_address == ""
    assert made["curve"].address.endswith("&zoom=curve&from=120&to=180")
    assert ("from", "from", "120") in made["curve"].ranges
    assert ("from", "from", "") in made["boxes"].ranges


def test_it_keeps_what_else_the_address_says_when_it_zooms(compared):
    made = pictures(compared, "tab=results&metric=m&zoom=curve&from=1&to=2")
    assert made["boxes"].fields == [("tab", "results"), ("metric", "m"), ("zoom", "boxes")]


def test_it_marks_what_is_partial(batch_row):
    batch = give_result(batch_row(num_iterations=20), measured=12, partial=True, completed=12)
    assert pictures(batch)["histogram"].partial == "partial: 12 of 20"
    assert pictures(give_result(batch_row()))["histogram"].partial == ""


def test_it_shows_so_many_rows_of_figures_and_counts_the_rest(batch_row):
    made = pictures(give_result(batch_row(num_iterations=250)))["strip"]
    assert (made.rows.count("<tr>"), made.more_rows) == (100, 150)


def test_it_stands_on_the_page_of_the_batch(visitor, compared):
    html = visitor.get(reverse("batch", args=[compared.pk])).content.decode()
    for kind in ("pairs", "boxes", "curve"):
        assert f'id="picture-{kind}"' in html
    assert html.count('role="img"') >= 3 and "<desc>" in html
    assert "style=" not in html.split('id="picture-pairs"')[1].split("</figure>")[0]


def test_it_escapes_labels_on_the_page(visitor, batch_row):
    sides = [{**side, "label": f"<b>{side['label']}</b>"} for side in SIDES]
    batch = give_result(batch_row(kind="compare", points=sides))
    html = visitor.get(reverse("batch", args=[batch.pk])).content.decode()
    where = html.find("<b>first fit")
    assert where < 0, html[where - 300 : where + 100]
    assert "&lt;b&gt;best fit&lt;/b&gt; larger" in html
    assert "&lt;b&gt;" in pictures(batch)["boxes"].rows


def test_it_changes_axis_and_part_by_links_and_a_form_without_script(visitor, compared):
    html = visitor.get(reverse("batch", args=[compared.pk])).content.decode()
    figure = html.split('id="picture-curve"')[1].split("</figure>")[0]
    path = reverse("batch", args=[compared.pk])
    assert f'href="{path}?log=0"' in figure
    assert f'method="get" action="{path}"' in figure
    assert '<input type="hidden" name="zoom" value="curve">' in figure


def test_it_says_on_the_page_that_nothing_was_finite(visitor, batch_row):
    batch = give_result(batch_row())
    measured = BatchMetric.objects.get(batch=batch)
    measured.summary["cells"] = [{"point": 0, "x": None, "summary": None, "not_finite": 3}]
    measured.values = [{"point": 0, "x": None, "values": [[n, None] for n in range(3)]}]
    measured.save()
    html = visitor.get(reverse("batch", args=[batch.pk])).content.decode()
    assert "3 iterations wrote no finite number (NaN or infinity)." in html
    assert "no values" in html and "built-in" not in html


def test_it_shows_a_side_that_has_measured_nothing_yet(visitor, batch_row):
    batch = give_result(batch_row(kind="compare", points=SIDES))
    measured = BatchMetric.objects.get(batch=batch)
    measured.summary |= {"comparisons": [], "cells": measured.summary["cells"][:1]}
    measured.values = measured.values[:1]
    measured.save()
    html = visitor.get(reverse("batch", args=[batch.pk])).content.decode()
    assert "no seed that both have" in html and "best fit (n = 0)" in html
