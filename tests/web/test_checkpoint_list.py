"""The list of checkpoints: filters, order, sums, rows that refresh, a fixed number of queries."""

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.models import Checkpoint


@pytest.fixture
def suffixes(client, member):
    """The suffixes the list shows for an address, in order."""
    client.force_login(member)

    def ask(query=""):
        response = client.get(f"/checkpoints/?{query}")
        assert response.status_code == 200
        return [row.checkpoint.suffix for row in response.context["rows"]]

    return ask


def test_it_asks_for_a_login(client):
    assert "/accounts/login/" in client.get("/checkpoints/").url


def test_it_says_what_would_be_here(client, member):
    client.force_login(member)
    assert "No checkpoints yet" in client.get("/checkpoints/").content.decode()
    assert "No checkpoint matches" in client.get("/checkpoints/?project=x").content.decode()


def test_it_shows_the_newest_first(suffixes, checkpoint_row):
    now = timezone.now()
    checkpoint_row(suffix="old", saved_at=now - timedelta(days=2))
    checkpoint_row(suffix="new", saved_at=now)
    assert suffixes() == ["new", "old"]
    assert suffixes("order=saved_at") == ["old", "new"]


def test_it_filters_by_project_group_name_and_review(suffixes, checkpoint_row):
    checkpoint_row(suffix="a", project="gpt")
    checkpoint_row(suffix="b", project="vision", group="k5")
    checkpoint_row(suffix="c", project="vision", name="vit", decision="approved")
    assert suffixes("project=gpt") == ["a"]
    assert suffixes("group=k5") == ["b"]
    assert suffixes("job_name=vit") == ["c"]
    assert suffixes("review=approved") == ["c"]


def test_it_filters_by_what_is_there_of_it(suffixes, checkpoint_row):
    checkpoint_row(suffix="latest", latest="file")
    checkpoint_row(suffix="half", complete=False)
    checkpoint_row(suffix="broken", fault="no permission")
    checkpoint_row(suffix="gone", gone_at=timezone.now(), decision="approved")
    assert set(suffixes()) == {"latest", "half", "broken"}
    assert suffixes("latest=1") == ["latest"]
    assert suffixes("complete=no") == ["half"]
    assert suffixes("fault=1") == ["broken"]
    assert suffixes("gone=1") == ["gone"]


def test_it_filters_by_day(suffixes, checkpoint_row):
    checkpoint_row(suffix="today")
    checkpoint_row(suffix="old", saved_at=timezone.now() - timedelta(days=10))
    week_ago = (timezone.localdate() - timedelta(days=7)).isoformat()
    assert suffixes(f"since={week_ago}") == ["today"]
    assert suffixes(f"until={week_ago}") == ["old"]


def test_it_searches_for_every_word(suffixes, checkpoint_row):
    checkpoint_row(suffix="ntoks/134217728", name="lm_small")
    checkpoint_row(suffix="final/1", name="lm_small")
    assert suffixes("search=LM_small+1342") == ["ntoks/134217728"]


@pytest.mark.parametrize("column", ["size_bytes", "steps", "score"])
def test_sorted_by_a_figure_only_what_has_one_has_a_place(suffixes, checkpoint_row, column):
    checkpoint_row(suffix="small", **{column: 2})
    checkpoint_row(suffix="large", **{column: 10})
    checkpoint_row(suffix="none")
    assert suffixes(f"order=-{column}") == ["large", "small"]
    assert suffixes(f"order={column}") == ["small", "large"]


def test_it_counts_and_adds_up_what_is_listed(client, member, checkpoint_row):
    checkpoint_row(size_bytes=3_000_000)
    checkpoint_row(size_bytes=1_000_000)
    checkpoint_row(size_bytes=None)
    checkpoint_row(project="other", size_bytes=9_000_000)
    client.force_login(member)
    html = client.get("/checkpoints/?project=gpt").content.decode()
    assert "3 of 3 checkpoints · 4.0 MB, 1 not measured yet" in html
    assert "measuring…" in html


def test_it_pages_by_key_in_every_order(suffixes, client, checkpoint_row):
    for number in range(60):
        checkpoint_row(steps=number // 7, score=number / 7, size_bytes=number)
    for order in ("saved_at", "-name", "-size_bytes", "steps", "-score"):
        first = client.get("/checkpoints/", {"order": order})
        rest = client.get("/checkpoints/", {"order": order, "after": first.context["page"].older})
        shown = [row.checkpoint.pk for page in (first, rest) for row in page.context["rows"]]
        assert len(shown) == len(set(shown)) == 60


def test_it_shows_review_pin_latest_and_maker(client, member, checkpoint_row, run_row):
    run = run_row(name="pretrain")
    checkpoint_row(suffix=f"{run.pk}/load_2", decision="approved", pinned=True, latest="fallback")
    client.force_login(member)
    html = client.get("/checkpoints/").content.decode()
    assert "approved" in html and "pinned" in html
    assert "latest (newest complete)" in html
    assert f'<a href="/runs/{run.pk}/">ada</a>' in html


def test_its_rows_follow_in_place(client, member, checkpoint_row):
    shown, new, other = checkpoint_row(), checkpoint_row(), checkpoint_row(project="other")
    client.force_login(member)
    query = {"project": "gpt", "ids": f"{shown.pk},999999", "new": f"{new.pk},{other.pk}"}
    html = client.get("/checkpoints/rows/", query).content.decode()
    assert f'id="checkpoint-{shown.pk}"' in html and "999999" not in html
    assert f'data-new="{new.pk}"' in html


@pytest.mark.parametrize("ids", ["", "x", "9" * 40, "-1", "1,,2"])
def test_it_survives_odd_keys_of_rows(client, member, ids):
    client.force_login(member)
    assert client.get("/checkpoints/rows/", {"ids": ids, "new": ids}).status_code == 200


@pytest.mark.parametrize(
    "query", ["order=password", "after=x", "order=score&after=nan~x", "order=size_bytes&after=~"]
)
def test_it_refuses_a_damaged_address_on_a_page(client, member, query):
    client.force_login(member)
    assert client.get(f"/checkpoints/?{query}").status_code == 422


@pytest.mark.parametrize("query", ["review=odd", "since=soon", "complete=perhaps"])
def test_it_says_what_is_wrong_with_a_filter(client, member, query):
    client.force_login(member)
    assert 'role="alert"' in client.get(f"/checkpoints/?{query}").content.decode()


def test_an_address_of_a_name_is_the_list_of_that_name(client, member):
    client.force_login(member)
    response = client.get("/checkpoints/gpt/base lines/lm%2Bsmall/")
    assert response.url == "/checkpoints/?project=gpt&group=base+lines&job_name=lm%2Bsmall"


def test_it_asks_the_database_the_same_for_any_number_of_rows(
    client, member, checkpoint_row, django_assert_max_num_queries
):
    for _ in range(40):
        checkpoint_row()
    client.force_login(member)
    with django_assert_max_num_queries(14):
        client.get("/checkpoints/")


def test_names_are_text_whatever_they_hold(client, member, checkpoint_row):
    checkpoint_row(project="<b>", name='"&\n', suffix="<script>alert(1)</script>/é\n🙂 ?#%2e")
    client.force_login(member)
    response = client.get("/checkpoints/")
    assert "<script>alert(1)" not in response.content.decode()
    address = Checkpoint.objects.get().get_absolute_url()
    assert client.get(address).status_code == 200
