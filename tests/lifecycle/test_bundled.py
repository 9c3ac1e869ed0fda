"""The bundled simulator: there after set-up, in step with what is shipped, never over staff."""

from pathlib import Path

from runs.configuration.document import parse
from runs.configuration.schema import validate
from runs.contract.progress import ProgressState
from runs.lifecycle.bundled import DIGEST, METRICS, digest, install_bundled
from runs.lifecycle.places import catalogue
from runs.lifecycle.services import check_program
from runs.models import Program, Project


def test_it_brings_program_templates_and_project(db):
    done = install_bundled()

    program = Program.objects.get(slug="fusion-sim")
    program.full_clean()
    check_program(program)
    assert Project.objects.filter(slug="general").exists()
    assert len(catalogue().templates("fusion-sim")) == 3
    assert "registered the program fusion-sim" in done


def test_it_brings_templates_that_are_valid(program):
    for template in catalogue().templates(program.slug):
        text = catalogue().read(template)
        assert validate(parse(text, "ini"), program.schema) == []


def test_it_says_nothing_the_second_time(db):
    install_bundled()
    assert install_bundled() == []


def test_it_names_metrics_that_progress_has():
    state = ProgressState()
    metrics = {metric["name"]: 0.5 for metric in METRICS}
    state.add({"type": "iteration", "erlang": 1, "iteration": 1, "metrics": metrics})
    summary = {"mean_blocking": 0.5, "ci_lower": 0.4, "ci_upper": 0.6}
    state.add({"type": "erlang_complete", "erlang": 1, "metrics": summary})
    assert set(state.series()) == set(metrics)


def test_it_never_overwrites_a_template(db, settings):
    install_bundled()
    path = Path(settings.FUSIONWEB_TEMPLATES[0]) / "fusion-sim" / "quick_seconds.ini"
    path.write_text("; ours\n")
    install_bundled()
    assert path.read_text() == "; ours\n"


def test_it_renews_an_older_shipped_program(program):
    program.metrics = [{"name": "old"}]
    program.schema = {"type": "object", "properties": {}}
    program.schema[DIGEST] = digest(program.command, program.schema, program.metrics)
    program.save()

    assert install_bundled() == ["renewed the program fusion-sim"]
    program.refresh_from_db()
    assert program.metrics == METRICS
    assert "general_settings" in program.schema["properties"]


def test_it_leaves_what_staff_edited(program):
    program.command = "fusion-sim --config_path {config}"
    program.save()

    assert install_bundled() == ["left the program fusion-sim as staff edited it"]
    program.refresh_from_db()
    assert program.command == "fusion-sim --config_path {config}"


def test_it_leaves_a_title_of_staff_alone(program):
    Program.objects.update(title="Ours", enabled=False)
    install_bundled()
    program.refresh_from_db()
    assert (program.title, program.enabled) == ("Ours", False)
