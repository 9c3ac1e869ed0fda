"""Runs beside each other: what differs, what they measured, their curves."""

import csv
import io

import pytest
from django.utils import timezone

from runs.models import Project, Run
from runs.web.compare import configurations, curves
from runs.web.compare.asked import labels_of
from runs.web.compare.configurations import LONGEST_BYTES, compare
from runs.web.views import run_compare

BLOCKING = {"name": "blocking", "label": "blocking probability", "scale": "log"}


def point(x, mean, half=None, n=10):
    lower, upper = (None, None) if half is None else (mean - half, mean + half)
    return {"x": x, "mean": mean, "ci_lower": lower, "ci_upper": upper, "n": n}


def by_load(**series):
    """Progress of a program with loads: `blocking=[(50, 0.1), …]`."""
    points = {
        name: [point(x, mean, mean / 10) for x, mean in told] for name, told in series.items()
    }
    return {"x_name": "erlang", "series": points, "latest_metrics": {}}


def by_iteration(**series):
    points = {name: [point(x, mean, n=1) for x, mean in told] for name, told in series.items()}
    latest = {name: told[-1][1] for name, told in series.items()}
    return {"x_name": "iteration", "series": points, "latest_metrics": latest}


def query(*runs, **more):
    words = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/runs/compare/?ids={','.join(run.pk for run in runs)}{words}"


@pytest.fixture
def compared(client, member):
    """The page of an address, as the member."""
    client.force_login(member)

    def ask(*runs, **more):
        response = client.get(query(*runs, **more))
        assert response.status_code == 200
        return response

    return ask


@pytest.fixture
def measured(run_row, script_program):
    """A run with that progress, of a program that declares its blocking."""
    program = script_program("", metrics=[BLOCKING])

    def make(progress=None, **fields):
        return run_row(
            **{"program": program, "status": "completed", **fields, "progress": progress or {}}
        )

    return make


def settings_of(response):
    return {row.path: row.values for row in response.context["settings"].shown}


def lines_of(response):
    """By metric, what stands at each load: the means in the order of the runs."""
    return {
        each.metric.name: {
            line.x: [value and value.mean for value in line.values] for line in each.lines
        }
        for each in response.context["figures"]
    }


def test_it_shows_only_the_keys_that_differ(compared, make_run):
    a = make_run(config_text="[sim]\nk = 3\nload = 50\n")
    b = make_run(config_text="[sim]\nk = 4\nload = 50\n")
    response = compared(a, b)
    assert settings_of(response) == {"sim.k": ["3", "4"]}
    html = response.content.decode()
    assert "1 that differs" in html and "all 2" in html and "sim.load" not in html


def test_it_shows_all_keys_where_the_address_says_so(compared, make_run):
    a = make_run(config_text="[sim]\nk = 3\nload = 50\n")
    b = make_run(config_text="[sim]\nk = 4\nload = 50\n")
    response = compared(a, b, all=1)
    assert settings_of(response) == {"sim.k": ["3", "4"], "sim.load": ["50", "50"]}
    assert response.content.decode().count("differs</span>") == 1


def test_it_shows_where_a_run_has_no_such_key(compared, make_run):
    a, b = make_run(config_text="[sim]\nk = 3\n"), make_run(config_text="[sim]\nl = 3\n")
    assert settings_of(compared(a, b)) == {"sim.k": ["3", None], "sim.l": [None, "3"]}


def test_it_says_that_all_keys_are_the_same(compared, make_run):
    assert "All 1 key are" not in (html := compared(make_run(), make_run()).content.decode())
    assert "Every key is the same" in html


def test_it_tells_true_from_one_and_takes_a_list_as_one_value(compared, make_run, script_program):
    program = script_program("", slug="js", config_format="json")
    a, b = (
        make_run(program=program, config_text=text)
        for text in ('{"a": true, "b": [1, 2], "c": {}}', '{"a": 1, "b": [1, 3], "c": {}}')
    )
    assert settings_of(compared(a, b)) == {"a": ["true", "1"], "b": ["[1, 2]", "[1, 3]"]}


def test_it_goes_on_where_a_configuration_is_gone_broken_or_too_long(make_run):
    a, b = make_run(config_text="[s]\nk = 3\n"), make_run(config_text="[s]\nk = 3\n")
    gone, broken, long = (make_run(name=name) for name in ("gone", "broken", "long"))
    gone.config_path.unlink()
    broken.config_path.write_bytes(b"\xff\xfe[")
    long.config_path.write_text("[s]\n" + "#" * LONGEST_BYTES)
    found = compare([gone, a, broken, b, long], everything=True)
    assert [row.values for row in found.rows] == [[None, "3", None, "3", None]]
    assert not found.differing
    whys = {run.name: why for run, why in found.problems}
    assert "no longer on disk" in whys["gone"]
    assert "no INI that can be read" in whys["broken"]
    assert "too long" in whys["long"]


def test_it_follows_no_symlink_out_of_a_run(make_run, tmp_path):
    (tmp_path / "secret").write_text("[s]\npassword = x\n")
    run, other = make_run(), make_run()
    run.config_path.unlink()
    run.config_path.symlink_to(tmp_path / "secret")
    found = compare([run, other], everything=True)
    assert [why for each, why in found.problems] == ["its configuration is no longer on disk"]


def test_it_shows_only_so_many_keys(compared, make_run, monkeypatch):
    monkeypatch.setattr(configurations, "MOST_ROWS", 2)
    text = "[s]\n" + "".join(f"k{n} = {{}}\n" for n in range(5))
    runs = [make_run(config_text=text.replace("{}", value)) for value in "ab"]
    response = compared(*runs)
    assert list(settings_of(response)) == ["s.k0", "s.k1"]
    assert "3 keys more: the CSV has all" in response.content.decode()


def test_it_shows_metrics_side_by_side_at_each_load(compared, measured):
    a = measured(by_load(blocking=[(50, 0.1), (60, 0.2)]), name="a")
    b = measured(by_load(blocking=[(60, 0.3), (70, 0.4)]), name="b")
    response = compared(a, b)
    found = lines_of(response)["blocking"]
    assert found == {50: [0.1, None], 60: [0.2, 0.3], 70: [None, 0.4]}
    html = response.content.decode()
    assert "60</span> Erlang" in html and "± 0.02" in html


def test_it_shows_the_latest_of_what_counts_iterations(compared, measured):
    a = measured(by_iteration(loss=[(1, 2.0), (2, 1.5)]))
    b = measured({"latest_metrics": {"loss": 9.0}})
    never = measured({})
    assert lines_of(compared(a, b, never)) == {"loss": {None: [1.5, 9.0, None]}}


def test_it_names_declared_metrics_first_as_the_program_does(compared, measured):
    runs = [measured(by_load(aaa=[(1, 1)], blocking=[(1, 1)])) for _ in range(2)]
    response = compared(*runs)
    assert [each.name for each in response.context["metrics"]] == ["blocking", "aaa"]
    assert "blocking probability" in response.content.decode()


def test_it_shows_only_so_many_figures(compared, measured, monkeypatch):
    monkeypatch.setattr(run_compare, "MOST_LINES", 3)
    series = by_load(a=[(1, 1), (2, 1)], b=[(1, 1), (2, 1)], c=[(1, 1)])
    response = compared(measured(series), measured(series))
    assert [len(each.lines) for each in response.context["figures"]] == [2, 1]
    assert "2 lines more: the CSV has all" in response.content.decode()


def test_it_draws_all_runs_in_one_picture_in_colours_of_their_own(compared, measured):
    runs = [measured(by_load(blocking=[(50, 0.1 * n), (60, 0.2)]), name=f"r{n}") for n in (1, 2, 3)]
    response = compared(*runs)
    [picture] = response.context["pictures"]
    assert [item.label for item in picture.legend] == ["r1", "r2", "r3"]
    html = response.content.decode()
    for n in (1, 2, 3):
        # picture, its legend, the list of runs, and the head of the table
        assert html.count(f'class="p-s{n}"') >= 4
    assert picture.is_log


def test_it_keeps_a_runs_colour_where_another_has_no_curve(compared, measured):
    silent, told = measured({}, name="silent"), measured(by_load(x=[(1, 1)]), name="told")
    [picture] = compared(silent, told).context["pictures"]
    assert 'data-series="1"' in picture.svg and 'data-series="0"' not in picture.svg
    assert "Without a curve of it: silent." in picture.notes


def test_it_draws_the_metric_and_axis_of_the_address(compared, measured):
    runs = [measured(by_load(blocking=[(1, 0.1)], hops=[(1, 2.0)])) for _ in range(2)]
    response = compared(*runs, metric="hops", log=1)
    [picture] = response.context["pictures"]
    assert picture.title == "Hops over offered load" and picture.is_log
    assert not compared(*runs, log=0).context["pictures"][0].is_log
    assert compared(*runs, metric="nothing").context["chosen"].name == "blocking"


def test_it_draws_part_of_it_where_somebody_zooms(compared, measured):
    runs = [measured(by_load(blocking=[(x, 0.1) for x in range(10, 100, 10)])) for _ in range(2)]
    zoomed = compared(*runs, zoom="curve", **{"from": 20, "to": 40}).context["pictures"][0]
    assert zoomed.reset_address
    assert ("ids", ",".join(run.pk for run in runs)) in zoomed.fields
    assert not compared(*runs).context["pictures"][0].reset_address


def test_it_draws_runs_with_loads_alone_where_there_are_any(compared, measured):
    a, b = (
        measured(by_load(loss=[(1, 1)]), name="a"),
        measured(by_iteration(loss=[(1, 1)]), name="b"),
    )
    [picture] = compared(a, b).context["pictures"]
    assert "1 run without loads not drawn: b." in picture.notes


def test_it_thins_out_long_curves_and_keeps_their_ends(compared, measured, monkeypatch):
    monkeypatch.setattr(curves, "MOST_POINTS", 20)
    runs = [measured(by_iteration(loss=[(n, n) for n in range(1, 96)])) for _ in range(2)]
    [picture] = compared(*runs).context["pictures"]
    assert picture.svg.count("<circle") <= 2 * 11
    assert "iteration 1: 1" in picture.svg and "iteration 95: 95" in picture.svg
    assert any("every 10th is drawn" in note for note in picture.notes)


def test_it_says_that_no_run_has_a_metric(compared, run_row):
    html = compared(run_row(), run_row()).content.decode()
    assert "None of these runs has told of a metric" in html
    assert "picture" not in [part.strip() for part in html.split('class="panel ')]


def test_it_compares_runs_of_whoever_owns_them_in_the_order_asked(compared, run_row, other_member):
    a, b = run_row(name="a"), run_row(name="b", owner=other_member)
    assert [column.label for column in compared(b, a).context["columns"]] == ["b", "a"]
    assert "grace" in compared(b, a).content.decode()


def test_it_says_what_is_not_there_or_hidden_alike(client, compared, run_row, other_member):
    secret = Project.objects.create(slug="secret", is_open=False)
    hidden = run_row(name="very-secret", project=secret, owner=other_member)
    a, b = run_row(), run_row()
    html = compared(a, hidden, b).content.decode()
    assert "1 run asked for is not there, or not for you to see" in html
    assert hidden.pk in html and "very-secret" not in html
    html = client.get(f"{query(a, b)},junk,<b>,0123456789ab").content.decode()
    assert "3 runs asked for are not there" in html and "<b>," not in html


@pytest.mark.parametrize("ids", ["", "ids=", "ids=,,,", "ids=%00", "ids=zzz", "ids=a&ids=b"])
def test_it_says_how_to_choose_where_there_is_nothing(client, member, ids):
    client.force_login(member)
    response = client.get(f"/runs/compare/?{ids}")
    assert response.status_code == 200
    assert "Choose runs to compare" in response.content.decode()


def test_it_says_that_one_run_is_not_enough(compared, run_row):
    run = run_row(name="lonely")
    html = compared(run, run).content.decode()
    assert "One run is not enough to compare" in html and "lonely" in html


def test_it_compares_twenty_and_says_how_many_it_left_out(compared, run_row):
    response = compared(*(run_row(name=f"r{n}") for n in range(23)))
    assert len(response.context["columns"]) == 20
    assert "At most 20 runs are compared at once: 3 runs were left out" in response.content.decode()


def test_it_says_that_programs_differ(compared, run_row, script_program):
    a, b = run_row(), run_row(program=script_program("", slug="other"))
    assert "different programs (other, script)" in compared(a, b).content.decode()
    assert "different programs" not in compared(a, a, run_row()).content.decode()


def test_it_says_which_figures_are_not_final(compared, run_row):
    html = compared(run_row(status="running"), run_row(status="completed")).content.decode()
    assert "1 run has not ended: these are figures so far" in html


def test_it_leads_to_the_same_without_one(compared, run_row):
    a, b, c = (run_row(name=name) for name in "abc")
    assert f"ids={a.pk}%2C{c.pk}" in compared(a, b, c).content.decode()
    assert "leave out" not in compared(a, b).content.decode()


def test_it_tells_runs_of_one_name_apart(run_row):
    alone = run_row(name="alone", seed=1)
    seeds = [run_row(name="same", seed=n) for n in (1, 2)]
    twins = [run_row(name="twin", seed=5) for _ in range(2)]
    assert labels_of([alone, *seeds, *twins]) == [
        "alone", "same · seed 1", "same · seed 2", f"twin · {twins[0].pk}", f"twin · {twins[1].pk}",
    ]  # fmt: skip


def test_it_shows_markup_as_text(compared, measured):
    name = "<script>alert(1)</script>"
    runs = [measured(by_load(**{name: [(1, 1)]}), name=f"{name}{n}") for n in range(2)]
    assert "<script>alert" not in compared(*runs).content.decode()


def test_it_asks_the_database_the_same_for_any_number(
    compared, measured, django_assert_max_num_queries
):
    runs = [measured(by_load(blocking=[(1, 1)]), name=f"r{n}") for n in range(20)]
    compared(*runs[:2])
    with django_assert_max_num_queries(12):
        compared(*runs)


def test_it_leads_a_form_without_script_to_the_address(client, member, run_row):
    client.force_login(member)
    a, b = run_row(), run_row()
    response = client.post("/runs/compare/", {"run": [a.pk, b.pk], "next": "/elsewhere/"})
    assert (response.status_code, response.headers["Location"]) == (302, query(a, b))


def test_it_offers_to_compare_in_the_list_and_to_tick_others_runs(
    client, member, other_member, run_row
):
    run_row(owner=other_member)
    client.force_login(member)
    html = client.get("/runs/?owner=all").content.decode()
    assert 'href="/runs/compare/" data-least="2" data-most="20" hidden' in html
    assert 'formaction="/runs/compare/"' in html
    assert "disabled" not in html.split('name="run"')[1].split(">")[0]


def test_it_offers_to_compare_a_retry_with_its_origin(client, member, make_run):
    first = make_run()
    again = make_run()
    Run.objects.filter(pk=again.pk).update(origin=first, origin_kind="retry")
    client.force_login(member)
    assert query(first, again) in client.get(f"/runs/{again.pk}/").content.decode()


def test_it_gives_the_picture_as_a_file(client, compared, measured):
    runs = [measured(by_load(blocking=[(1, 0.1), (2, 0.2)]), name=f"r{n}") for n in range(2)]
    [picture] = compared(*runs).context["pictures"]
    response = client.get(picture.address)
    assert response.headers["Content-Type"].startswith("image/svg+xml")
    assert response.content.startswith(b"<?xml") and b"r1" in response.content
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_it_has_no_files_of_what_cannot_be_compared(client, member, run_row):
    client.force_login(member)
    a, b = run_row(), run_row()
    assert client.get(f"/runs/compare/curve.svg?ids={a.pk},{b.pk}").status_code == 404
    for name in ("curve.svg", "table.csv"):
        assert client.get(f"/runs/compare/{name}?ids={a.pk}").status_code == 404


def test_it_gives_the_table_for_a_spreadsheet(client, member, make_run, script_program):
    client.force_login(member)
    now = timezone.now()
    program = script_program("", slug="declares", metrics=[BLOCKING])
    a, b = (
        make_run(
            program=program, name=name, seed=seed, config_text=f"[s]\nk = =evil({seed})\nl = 1\n"
        )
        for name, seed in (("a", 1), ("b", 2))
    )
    progress = by_load(blocking=[(50, 0.5)])
    Run.objects.filter(pk=a.pk).update(progress=progress, started_at=now, ended_at=now)
    response = client.get(f"/runs/compare/table.csv?ids={a.pk},{b.pk}")
    rows = list(csv.reader(io.StringIO(response.content.decode())))
    assert rows[0] == ["part", "name", "load", a.pk, b.pk]
    assert ["run", "name", "", "a", "b"] in rows
    assert ["run", "seconds", "", "0.0", ""] in rows
    assert ["metric", "blocking", "50", "0.5", ""] in rows
    assert ["configuration", "s.k", "", "'=evil(1)", "'=evil(2)"] in rows
    assert not any(row[1] == "s.l" for row in rows)
    everything = client.get(f"/runs/compare/table.csv?all=1&ids={a.pk},{b.pk}").content
    assert b"s.l" in everything and "attachment" in response.headers["Content-Disposition"]
