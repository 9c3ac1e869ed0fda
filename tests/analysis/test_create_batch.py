"""All of a batch is there at once, or none of it is."""

import json
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from runs.analysis import making
from runs.analysis.services import create_batch, create_batch_in_project
from runs.contract.status import Status
from runs.errors import (
    BatchAlreadyCreated,
    ConfigurationInvalid,
    DiskSpaceInsufficient,
    InvalidInput,
    NameInvalid,
    NotFound,
)
from runs.lifecycle.places import STAGING, free_bytes
from runs.lifecycle.services import create_run, frozen_configuration
from runs.models import Batch, Event, Iteration, Project, Run, RunDigest

from .asking import CONFIG, comparison, sweep, wanted

pytestmark = pytest.mark.django_db

SCHEMA = {
    "type": "object",
    "properties": {
        "a": {
            "type": "object",
            "properties": {
                "b": {"type": "integer", "maximum": 9},
                "c": {"type": "integer"},
            },
            "additionalProperties": False,
        }
    },
}


@pytest.fixture
def quick(script_program):
    return script_program("")


@pytest.fixture
def strict(script_program):
    return script_program("", slug="strict", schema=SCHEMA)


def files_of(settings):
    root = Path(settings.FUSIONWEB_STATUS_DIRS[0])
    return [path for path in root.rglob("*") if path.is_file()]


def nothing_exists(settings):
    rows = [Batch, Run, Iteration, RunDigest, Event]
    return not any(model.objects.exists() for model in rows) and not files_of(settings)


def test_it_makes_a_run_for_each_seed(member, quick, project):
    request = wanted(quick, num_iterations=3, base_seed=40, run={"tags": ["t"], "notes": "n"})
    batch = create_batch(owner=member, request=request)
    runs = list(batch.runs.order_by("created_at"))
    assert [run.seed for run in runs] == [40, 41, 42]
    assert {run.status for run in runs} == {Status.PENDING}
    assert {(run.name, run.group, run.project_id) for run in runs} == {
        ("many", "default", project.pk)
    }
    assert runs[0].tags == ["t"]
    assert runs[0].notes == "n"
    assert runs[0].pk in runs[0].search_text
    batch.refresh_from_db()
    assert (batch.made, batch.total, batch.config_text) == (3, 3, CONFIG)


def test_it_gives_each_iteration_its_run(member, quick):
    batch = create_batch(owner=member, request=sweep(quick, [5, 6], num_iterations=2))
    found = [(each.point, each.number, each.seed) for each in batch.iterations.all()]
    assert found == [(0, 0, 0), (0, 1, 1), (1, 0, 0), (1, 1, 1)]
    for each in batch.iterations.select_related("run"):
        assert each.run.overrides == {"a": {"b": [5, 6][each.point]}}
        assert each.run.seed == each.seed


def test_it_queues_the_points_in_turn(member, quick):
    batch = create_batch(owner=member, request=comparison(quick, num_iterations=3))
    queue = batch.runs.order_by("created_at").values_list("iteration__number", "iteration__point")
    assert list(queue) == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
    times = list(batch.runs.order_by("created_at").values_list("created_at", flat=True))
    assert len(set(times)) == len(times)


def test_it_writes_what_each_program_will_read(member, quick, project):
    common = {"a": {"c": 7}}
    request = comparison(quick, num_iterations=1, run={"overrides": common})
    batch = create_batch(owner=member, request=request)
    texts = [
        frozen_configuration(each.run)
        for each in batch.iterations.select_related("run__program", "run__project")
    ]
    assert texts == ["[a]\nb = 1\nc = 7\n", "[a]\nb = 2\nc = 7\n"]
    run = batch.runs.first()
    assert (run.directory / ".template.ini").read_text() == CONFIG


def test_it_remembers_the_digest_that_a_single_run_would_have(member, quick, project):
    batch = create_batch(owner=member, request=wanted(quick, base_seed=3, num_iterations=2))
    alone = wanted(quick).run
    single = create_run(owner=member, request=type(alone)(**{**vars(alone), "seed": 4}))
    twin = batch.runs.get(seed=4)
    assert twin.configuration_digest.digest == single.configuration_digest.digest
    other = batch.runs.get(seed=3)
    assert other.configuration_digest.digest != twin.configuration_digest.digest


def test_it_tells_of_the_batch_and_of_each_run(member, quick):
    batch = create_batch(owner=member, request=wanted(quick, num_iterations=2))
    told = list(Event.objects.order_by("seq"))
    assert [event.kind for event in told] == ["batch.created", "run.created", "run.created"]
    assert told[0].actor == member
    assert told[0].subject == f"batch:{batch.pk}"
    assert told[0].payload["status"] == "pending"
    assert told[1].payload["batch"] == batch.pk
    assert {event.project for event in told} == {"optics"}
    in_order = [run.pk for run in batch.runs.order_by("created_at")]
    assert [event.subject for event in told[1:]] == in_order


def test_a_run_of_no_batch_says_nothing_of_one(make_run):
    make_run()
    assert "batch" not in Event.objects.get(kind="run.created").payload


def test_it_makes_a_thousand_runs_in_few_queries(member, quick):
    with CaptureQueriesContext(connection) as few:
        create_batch(owner=member, request=wanted(quick, num_iterations=10))
    with CaptureQueriesContext(connection) as many:
        batch = create_batch(owner=member, request=wanted(quick, num_iterations=1000))
    assert batch.runs.count() == 1000
    assert len(many) < len(few) + 100


def test_it_leaves_what_is_beyond_a_thousand_for_later(member, quick, monkeypatch):
    monkeypatch.setattr("runs.analysis.services.MADE_AT_ONCE", 4)
    batch = create_batch(owner=member, request=comparison(quick, num_iterations=3))
    assert (batch.made, batch.total, batch.runs.count()) == (4, 6, 4)


def test_it_takes_a_template_and_freezes_its_text(member, program, project):
    request = wanted(
        program,
        run={"template": "quick_seconds", "config_text": None},
        kind="sweep",
        parameter="general_settings.erlang_start",
        values=[100, 200],
    )
    batch = create_batch(owner=member, request=request)
    assert "erlang_start" in batch.config_text
    assert batch.template == "quick_seconds"
    assert "erlang_start = 200" in frozen_configuration(batch.iterations.get(point=1, number=0).run)


def test_it_refuses_a_template_that_does_not_exist(member, program, settings):
    Event.objects.all().delete()
    request = wanted(program, run={"template": "none_such", "config_text": None})
    with pytest.raises(NotFound):
        create_batch(owner=member, request=request)
    assert not Batch.objects.exists()


def refusal(member, request, settings):
    with pytest.raises(InvalidInput) as caught:
        create_batch(owner=member, request=request)
    assert nothing_exists(settings)
    return caught.value


def test_it_names_the_value_that_the_schema_refuses(member, strict, settings):
    error = refusal(member, sweep(strict, [8, 9, 10, 11]), settings)
    assert error.field == "values.2"
    assert isinstance(error, ConfigurationInvalid)
    assert [problem.path for problem in error.problems] == ["a.b", "a.b"]
    assert error.problems[0].message.startswith("b=10: ")
    assert error.problems[1].message.startswith("b=11: ")


def test_it_names_the_parameter_that_the_schema_does_not_know(member, strict, settings):
    error = refusal(member, sweep(strict, [1, 2], parameter="a.x"), settings)
    assert error.field == "parameter"
    assert len(error.problems) == 1
    other = sweep(strict, [1, 2], parameter_2="a.x", values_2=[1, 2])
    assert refusal(member, other, settings).field == "parameter_2"


def test_it_names_the_side_that_the_schema_refuses(member, strict, settings):
    error = refusal(member, comparison(strict, None, {"a": {"b": 10}}), settings)
    assert error.field == "b.overrides"
    assert error.problems[0].message.startswith("B: ")


def test_it_says_once_what_is_wrong_with_all(member, strict, settings):
    text = "[a]\nb = 1\nc = much\n"
    error = refusal(member, comparison(strict, run={"config_text": text}), settings)
    assert error.field == "config"
    assert [problem.path for problem in error.problems] == ["a.c"]
    assert "A:" not in str(error)


def test_it_refuses_text_that_does_not_parse_once(member, quick, settings):
    error = refusal(member, sweep(quick, run={"config_text": "b = 1\n[late"}), settings)
    assert error.field == "config"
    assert len(error.problems) == 1


def test_it_refuses_overrides_that_the_format_cannot_hold(member, quick, settings):
    error = refusal(member, comparison(quick, {"b": 1}), settings)
    assert error.field == "a.overrides"


def test_it_refuses_what_a_single_run_would(member, quick, settings):
    assert isinstance(refusal(member, wanted(quick, run={"name": "../up"}), settings), NameInvalid)
    assert refusal(member, wanted(quick, run={"priority": 1}), settings).field == "priority"
    assert refusal(member, wanted(quick, run={"tags": ["x" * 51]}), settings).field == "tags"
    assert refusal(member, wanted(quick, run={"notes": "x" * 100_001}), settings).field == "notes"
    bad = {"a": {"b": float("nan")}}
    assert refusal(member, wanted(quick, run={"overrides": bad}), settings).field == "a.b"


def test_it_refuses_a_project_that_the_owner_does_not_see(member, quick, settings):
    closed = Project.objects.create(slug="closed", is_open=False)
    assert refusal(member, wanted(quick, closed), settings).field == "project"


def test_it_refuses_long_texts_at_many_points(member, quick, settings):
    text = "[a]\nb = 1\n" + "# so it is\n" * 40_000
    error = refusal(member, sweep(quick, list(range(50)), run={"config_text": text}), settings)
    assert error.field == "values"


def test_it_takes_no_heed_of_the_seed_of_the_run(member, quick):
    batch = create_batch(owner=member, request=wanted(quick, run={"seed": -5}))
    assert sorted(batch.runs.values_list("seed", flat=True)) == [0, 1, 2]


def test_it_makes_nothing_where_the_disk_is_too_full_for_all(member, quick, settings):
    """A thousand of this would be 2 GB; there is room for 1."""
    settings.FUSIONWEB_MIN_FREE_BYTES = free_bytes() - 10**9
    text = "[a]\nb = 1\n" + "# so it is\n" * 90_000
    request = wanted(quick, num_iterations=1000, run={"config_text": text})
    with pytest.raises(DiskSpaceInsufficient):
        create_batch(owner=member, request=request)
    assert nothing_exists(settings)


def test_it_takes_directories_back_where_the_transaction_fails(member, quick, settings):
    batch = create_batch(owner=member, request=wanted(quick, num_iterations=2))
    before = sorted(files_of(settings))
    Iteration.objects.filter(number=1).update(run=None)
    again = [making.Wanted(0, 0, "first"), making.Wanted(0, 1, "second")]
    with (
        pytest.raises(RuntimeError),
        making.prepared(batch, again) as chunk,
        transaction.atomic(),
    ):
        chunk.insert()
        assert all(run.config_path.exists() for run in chunk.runs)
        raise RuntimeError
    assert not any(run.directory.exists() for run in chunk.runs)
    assert [path for path in sorted(files_of(settings)) if STAGING not in path.parts] == before
    assert Run.objects.count() == 2


def test_it_leaves_no_directory_where_a_row_is_in_the_way(member, quick, settings, run_row):
    taken = making.run_id_of(Batch(pk="ab" * 6), making.Wanted(0, 2))
    run_row(pk=taken)
    with pytest.raises(IntegrityError):
        create_batch(owner=member, request=wanted(quick), batch_id="ab" * 6)
    assert not Batch.objects.exists()
    assert Run.objects.count() == 1
    assert not files_of(settings)


def test_it_sets_aside_what_a_killed_process_left_under_its_ids(member, quick, settings):
    left = [making.run_id_of(Batch(pk="ab" * 6), making.Wanted(0, n)) for n in range(3)]
    folder = Path(settings.FUSIONWEB_STATUS_DIRS[0]) / "optics" / "default" / "many"
    for run_id in left:
        (folder / run_id).mkdir(parents=True)
        (folder / run_id / "half").touch()
    batch = create_batch(owner=member, request=wanted(quick), batch_id="ab" * 6)
    assert sorted(batch.runs.values_list("pk", flat=True)) == sorted(left)
    assert not list(folder.glob("*/half"))
    assert all(run.config_path.exists() for run in batch.runs.all())


def test_it_makes_one_batch_of_an_id_given_twice(member, quick, settings):
    batch = create_batch(owner=member, request=wanted(quick), batch_id="0" * 12)
    before = sorted(files_of(settings))
    with pytest.raises(BatchAlreadyCreated):
        create_batch(owner=member, request=wanted(quick), batch_id="0" * 12)
    assert Run.objects.count() == 3
    assert sorted(files_of(settings)) == before
    assert all(run.config_path.exists() for run in batch.runs.all())


def test_it_makes_the_project_with_the_batch(member, quick):
    batch = create_batch_in_project(owner=member, request=wanted(quick, Project(slug="brand-new")))
    project = Project.objects.get(slug="brand-new")
    assert batch.project == project
    assert member in project.managers.all()
    assert {run.project for run in batch.runs.all()} == {project}
    assert all(run.config_path.exists() for run in batch.runs.all())


def test_it_makes_no_project_for_a_batch_that_is_refused(member, strict, settings):
    request = sweep(strict, [10], project=Project(slug="brand-new"))
    with pytest.raises(InvalidInput):
        create_batch_in_project(owner=member, request=request)
    assert not Project.objects.filter(slug="brand-new").exists()


def test_it_keeps_words_of_any_script(member, quick):
    request = comparison(quick, run={"config_text": "[a]\nb = ä漢\nc = 2\n", "notes": "漢"})
    batch = create_batch(owner=member, request=request)
    assert "漢" in batch.config_text
    assert json.dumps(batch.points)
    runs = [each.run for each in batch.iterations.filter(number=0).select_related("run")]
    assert runs[0].configuration_digest.digest != runs[1].configuration_digest.digest
