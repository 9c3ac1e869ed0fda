"""The list of runs: filters, order, rows that refresh, and a fixed number of queries."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from runs.models import Project, Run


@pytest.fixture
def names(client, member):
    """The names the list shows for an address, as the member."""
    client.force_login(member)

    def ask(query=""):
        response = client.get(f"/runs/?{query}")
        assert response.status_code == 200
        return {row.run.name for row in response.context["rows"]}

    return ask


def test_it_shows_ones_own_runs_until_all_are_asked_for(names, run_row, other_member):
    run_row(name="mine")
    run_row(name="theirs", owner=other_member)
    assert names() == {"mine"}
    assert names("owner=all") == {"mine", "theirs"}
    assert names("owner=grace") == {"theirs"}
    assert names("owner=nobody") == set()


def test_it_filters_by_several_statuses(names, run_row):
    for status in ("failed", "lost", "completed"):
        run_row(name=status, status=status)
    assert names("status=failed&status=lost") == {"failed", "lost"}


def test_it_filters_by_project_program_and_group(names, run_row, script_program):
    run_row(name="a", group="k5")
    run_row(name="b", project=Project.objects.create(slug="gpt"))
    run_row(name="c", program=script_program("", slug="other"))
    assert names("project=gpt") == {"b"}
    assert names("program=other") == {"c"}
    assert names("group=k5") == {"a"}


@pytest.mark.parametrize("tag", ["paper", "größe", 'a "quoted" one', "50%_off"])
def test_it_finds_a_whole_tag(names, run_row, tag):
    run_row(name="tagged", tags=["other", tag])
    run_row(name="longer", tags=[f"{tag}er"])
    run_row(name="bare")
    assert names(f"tag={quote(tag)}") == {"tagged"}


def test_it_searches_names_notes_and_ids_for_every_word(names, run_row):
    run = run_row(name="Erlang-check", notes="for the Paper")
    run_row(name="erlang-other")
    assert names("search=ERLANG+paper") == {"Erlang-check"}
    assert names(f"search={run.pk}") == {"Erlang-check"}
    assert names("search=%25") == set()


def test_it_filters_by_day(names, run_row):
    run_row(name="today")
    old = run_row(name="old")
    Run.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=10))
    today = timezone.localdate().isoformat()
    week_ago = (timezone.localdate() - timedelta(days=7)).isoformat()
    assert names(f"since={today}&until={today}") == {"today"}
    assert names(f"until={week_ago}") == {"old"}


def test_it_shows_only_ended_runs_when_sorted_by_their_end(names, run_row):
    run_row(name="waits")
    run_row(name="ended", status="completed", ended_at=timezone.now())
    assert names("order=-ended_at") == {"ended"}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("project=nope", "no such project"),
        ("since=soon", "2026-11-30"),
        ("status=odd", "no status"),
    ],
)
def test_it_says_what_is_wrong_with_a_filter(client, member, query, sentence):
    client.force_login(member)
    assert sentence in client.get(f"/runs/?{query}").content.decode()


@pytest.mark.parametrize("query", ["order=password", "after=x", "before=~"])
def test_it_refuses_a_damaged_address_on_a_page(client, member, query):
    client.force_login(member)
    response = client.get(f"/runs/?{query}")
    assert response.status_code == 422
    assert "<nav" in response.content.decode()


@pytest.mark.parametrize("search", ["%00", "%F0%9F%98%80", "x" * 300, "%5C", "' OR 1=1 --"])
def test_it_survives_odd_searches(client, member, search):
    client.force_login(member)
    assert client.get(f"/runs/?search={search}").status_code == 200


def test_it_pages_through_all_and_counts_them(client, member, run_row):
    for number in range(51):
        run_row(name=f"run-{number}")
    client.force_login(member)
    first = client.get("/runs/")
    assert len(first.context["rows"]) == 50
    assert "50 of 51 runs" in first.content.decode()
    second = client.get("/runs/", {"after": first.context["page"].older})
    assert [row.run.name for row in second.context["rows"]] == ["run-0"]
    assert second.context["total"] == 51


def test_it_asks_the_database_the_same_for_any_number_of_rows(
    client, member, run_row, django_assert_max_num_queries
):
    for number in range(40):
        run_row(name=f"run-{number}", status=["pending", "running", "completed"][number % 3])
    client.force_login(member)
    with django_assert_max_num_queries(18):
        client.get("/runs/")


def test_it_answers_htmx_with_the_list_alone_and_a_clean_address(client, member, run_row):
    run_row(name="mine")
    client.force_login(member)
    response = client.get("/runs/?search=mine&project=&status=", headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert response["HX-Push-Url"] == "/runs/?search=mine"


def test_it_refreshes_the_rows_asked_for_and_tells_which_new_ones_belong(
    client, member, other_member, run_row
):
    shown, new, foreign = run_row(), run_row(), run_row(owner=other_member)
    client.force_login(member)
    html = client.get(f"/runs/rows/?ids={shown.pk},gone&new={new.pk},{foreign.pk}").content.decode()
    assert f'id="run-{shown.pk}"' in html
    assert f'data-new="{new.pk}"' in html


def test_it_shows_what_a_run_is_doing(client, member, run_row, script_program):
    metrics = [{"name": "blocking_prob", "label": "blocking"}]
    program = script_program("", metrics=metrics)
    run_row(name="a", program=program, status="running", progress={"fraction": 0.625})
    done = {"fraction": 1.0, "latest_metrics": {"blocking_prob": 0.02314}}
    run_row(name="b", program=program, status="completed", progress=done)
    run_row(name="c", program=program, status="failed", reason="exit code 3")
    client.force_login(member)
    html = client.get("/runs/").content.decode()
    for expected in ('value="0.6250"', "62 %", "blocking", "0.02314", "exit code 3"):
        assert expected in html


def test_it_says_since_when_nothing_was_seen_of_a_stale_run(client, member, run_row):
    run_row(status="running", started_at=timezone.now() - timedelta(hours=1))
    client.force_login(member)
    assert "no sign of it for 60 min" in client.get("/runs/").content.decode()


def test_it_shows_markup_in_names_and_reasons_as_text(client, member, run_row):
    run_row(name="<script>alert(1)</script>", status="failed", reason="<img src=x>")
    client.force_login(member)
    html = client.get("/runs/").content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html


def test_it_offers_only_what_the_user_may_do(client, member, other_member, run_row):
    run_row(name="mine", status="completed")
    run_row(name="theirs", status="completed", owner=other_member)
    client.force_login(member)
    rows = client.get("/runs/?owner=all").context["rows"]
    assert {row.run.name: row.actions for row in rows} == {"mine": "retry delete", "theirs": ""}


def test_it_says_what_to_do_where_there_is_nothing(client, member):
    client.force_login(member)
    assert "You have no runs yet" in client.get("/runs/").content.decode()
    assert "No run matches" in client.get("/runs/?search=x").content.decode()
