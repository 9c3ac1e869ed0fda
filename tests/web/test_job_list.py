"""The list of jobs: filters, order, pages, and rows that refresh."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from runs.models import Job, Project, Root


def ago(seconds):
    return timezone.now() - timedelta(seconds=seconds)


@pytest.fixture
def names(client, member):
    """The names the list shows for an address."""
    client.force_login(member)

    def ask(query=""):
        response = client.get(f"/jobs/?{query}")
        assert response.status_code == 200
        return {row.job.name for row in response.context["rows"]}

    return ask


def page_text(client, address="/jobs/"):
    return client.get(address).content.decode()


def test_it_asks_for_a_login(client, db):
    assert client.get("/jobs/").headers["Location"].startswith("/accounts/login/")


def test_it_tells_stale_from_running(names, job_row):
    job_row(name="alive", status="running", heartbeat_at=ago(10))
    job_row(name="silent", status="running", heartbeat_at=ago(3600))
    job_row(name="failed", status="failed")
    assert names("status=running") == {"alive"}
    assert names("status=stale") == {"silent"}
    assert names("status=running&status=stale") == {"alive", "silent"}
    assert names("status=stale&status=failed") == {"silent", "failed"}
    assert names("status=running&status=failed") == {"alive", "failed"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("project=moe", {"b"}),
        ("project=gpt&group=sweep", {"c"}),
        ("group=sweep", {"c"}),
        ("name=a", {"a"}),
        ("chip=h100", {"a", "b"}),
        ("host=n02", {"b"}),
        ("host=n0", set()),
        ("owner=ada", {"c"}),
        ("fault=1", {"c"}),
        ("project=nope", set()),
    ],
)
def test_it_filters(names, job_row, query, expected):
    job_row(name="a", chip="h100", hosts=" n01 ", search_text="a n01")
    job_row(name="b", project="moe", chip="h100", hosts=" n01 n02 ", search_text="b n01 n02")
    job_row(name="c", group="sweep", unix_owner="ada", fault="metadata.json is a list")
    assert names(query) == expected


def test_it_searches_for_every_word(names, job_row):
    job_row(name="lm_small_rope", search_text="gpt\nlm_small_rope\nn01")
    job_row(name="lm_large", search_text="gpt\nlm_large\nn01")
    assert names("search=ROPE+n01") == {"lm_small_rope"}
    assert names("search=%25") == set()


def test_it_filters_by_day(names, job_row):
    job_row(name="today")
    job_row(name="old", listed_at=ago(10 * 86400))
    today = timezone.localdate().isoformat()
    assert names(f"since={today}") == {"today"}
    week_ago = (timezone.localdate() - timedelta(days=7)).isoformat()
    assert names(f"until={week_ago}") == {"old"}


@pytest.mark.parametrize("order", ["listed_at", "-listed_at", "name", "-name", "size_bytes"])
def test_it_pages_both_ways_in_every_order(client, member, job_row, order):
    for number in range(60):
        job_row(name=f"job-{number:02}", size_bytes=number, listed_at=ago(number))
    client.force_login(member)
    first = client.get(f"/jobs/?order={order}")
    second = client.get("/jobs/", {"order": order, "after": first.context["page"].older})
    back = client.get("/jobs/", {"order": order, "before": second.context["page"].newer})
    shown = [row.job.pk for page in (first, second) for row in page.context["rows"]]
    assert shown == list(Job.objects.order_by(order).values_list("pk", flat=True))
    assert [row.key for row in back.context["rows"]] == [row.key for row in first.context["rows"]]
    assert "10 of 60 jobs" in second.content.decode()


def test_sorted_by_size_it_shows_what_was_measured(names, job_row):
    job_row(name="measured", size_bytes=5)
    job_row(name="not yet")
    assert names("order=-size_bytes") == {"measured"}


@pytest.mark.parametrize("query", ["order=password", "after=x", "before=~", "after=2026-01-01~x"])
def test_it_refuses_a_damaged_address(client, member, query):
    client.force_login(member)
    assert client.get(f"/jobs/?{query}").status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "since=soon",
        "status=odd",
        "search=%00",
        "host=%00",
        "chip=%F0%9F%98%80",
        "name=" + "x" * 300,
    ],
)
def test_it_survives_odd_filters(client, member, job_row, query):
    client.force_login(member)
    assert client.get(f"/jobs/?{query}").status_code == 200


def test_it_shows_what_a_job_is_and_does(client, member, job_row):
    job_row(
        status="running",
        heartbeat_at=ago(30),
        started_at=ago(7200),
        chip="h100",
        total_chips=16,
        host="n01",
        hosts=" n01 n02 n03 ",
        size_bytes=4_200_000_000,
    )
    client.force_login(member)
    html = page_text(client)
    for words in ("h100", "× 16", "n01", "+2", "heartbeat", "2 h", "4.2 GB", "gpt/baselines"):
        assert words in html


def test_it_says_how_long_a_job_took_whose_end_nobody_wrote_down(client, member, job_row):
    job_row(status="failed", started_at=ago(7200), heartbeat_at=ago(3600), reason="OOM")
    client.force_login(member)
    html = page_text(client)
    assert "1 h" in html and "OOM" in html


def test_it_warns_of_what_could_not_be_read(client, member, job_row):
    job_row(fault="metadata.json is larger than 8 MiB.")
    client.force_login(member)
    assert "metadata.json is larger than 8 MiB." in page_text(client)


@pytest.mark.parametrize(
    "name", ["<img src=x>", "two\nlines", "größe 🚀", "50%", "a?b#c", 'it\'s "it"']
)
def test_it_shows_and_links_any_name(client, member, job_row, name):
    job = job_row(name=name)
    client.force_login(member)
    html = page_text(client)
    assert "<img" not in html
    assert f'href="{job.get_absolute_url()}"' in html.replace("&#x27;", "'")
    assert client.get(job.get_absolute_url()).status_code == 200
    listed = client.get(f"/jobs/gpt/baselines/{quote(name, safe='')}/", follow=True)
    assert [row.key for row in listed.context["rows"]] == [str(job.pk)]


def test_it_tells_jobs_of_one_key_in_two_roots_apart(client, member, job_row):
    other = Root.objects.create(path="/other", kind=Root.Kind.STATUS, position=1)
    first, second = job_row(run_id="r"), job_row(run_id="r", root=other)
    client.force_login(member)
    html = page_text(client)
    assert f'href="{first.get_absolute_url()}"' in html
    assert f'href="{first.get_absolute_url()}?root={other.pk}"' in html
    assert second.get_absolute_url() != first.get_absolute_url()


def test_it_refreshes_the_rows_asked_for_and_tells_which_new_ones_belong(client, member, job_row):
    shown, new, foreign = job_row(), job_row(), job_row(project="moe")
    client.force_login(member)
    address = f"/jobs/rows/?project=gpt&ids={shown.pk},99999,x&new={new.pk},{foreign.pk},²,x"
    html = page_text(client, address)
    assert f'id="job-{shown.pk}"' in html
    assert f'data-new="{new.pk}"' in html


def test_it_writes_large_keys_as_script_reads_them(client, member, job_row):
    job_row(pk=1_234_567)
    client.force_login(member)
    assert 'data-key="1234567"' in page_text(client)
    assert 'data-new="1234567"' in page_text(client, "/jobs/rows/?new=1234567")


def test_it_asks_the_database_the_same_for_any_number_of_rows(
    client, member, job_row, django_assert_max_num_queries
):
    for number in range(40):
        job_row(status=["running", "completed"][number % 2], heartbeat_at=ago(10), chip="h100")
    client.force_login(member)
    with django_assert_max_num_queries(15):
        client.get("/jobs/?project=gpt")


def test_it_offers_the_projects_chips_and_groups_there_are(client, member, job_row):
    Project.objects.create(slug="gpt")
    job_row(chip="h100")
    job_row(chip="a100", group="sweep")
    job_row(chip="tpu-v4", project="moe", group="other")
    client.force_login(member)
    page = client.get("/jobs/?project=gpt")
    assert page.context["projects"] == ["gpt"]
    assert page.context["chips"] == ["a100", "h100", "tpu-v4"]
    assert page.context["groups"] == ["baselines", "sweep"]


def test_it_answers_htmx_with_the_list_alone_and_a_clean_address(client, member, job_row):
    job_row()
    client.force_login(member)
    response = client.get("/jobs/?search=lm&project=&chip=", headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert response["HX-Push-Url"] == "/jobs/?search=lm"


def test_it_says_where_it_looks_where_there_is_nothing(client, member, status_root):
    client.force_login(member)
    html = page_text(client)
    assert "No jobs have been found yet" in html and status_root.path in html
    assert "No job matches" in page_text(client, "/jobs/?search=x")
