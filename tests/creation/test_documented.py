"""The examples of docs/creation.md do what it says."""

import re
import tomllib
from pathlib import Path

import pytest

from runs.creation.checks.registry import run_checks
from runs.creation.project_templates import template_faults
from runs.errors import ConfigurationInvalid, InputInvalid
from runs.models import Run

from .conftest import answer, asked

pytestmark = pytest.mark.django_db

DOCUMENT = Path(__file__).parents[2] / "docs" / "creation.md"


def block(language):
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(), re.DOTALL | re.M)
    return found


@pytest.fixture
def night_check(install_check):
    points = tomllib.loads(block("toml"))["project"]["entry-points"]
    module, target = points["fusionweb.creation_checks"]["night"].split(":")
    install_check(block("python"), module, target)


def test_the_check_asks_refuses_and_puts_its_answer_in(night_check, begin_run):
    session = begin_run(overrides={"a": {"steps": 600}})
    assert asked(session) == ("night", ["call"])
    with pytest.raises(InputInvalid) as raised:
        answer(session, call="somebody")
    assert raised.value.field == "call"
    assert answer(session, call="ada@lab.example").state == "done"
    assert "who = ada@lab.example" in Run.objects.get().config_path.read_text()


def test_the_check_stands_where_its_position_says(night_check, begin_run):
    names = [check.name for check in run_checks()]
    assert names.index("size_estimate") < names.index("night") < names.index("duplicate_run")
    assert begin_run().state == "done"


@pytest.fixture
def greenhouse(settings, tmp_path):
    settings.FUSIONWEB_PROJECT_TEMPLATES = [tmp_path / "project_templates"]
    place = tmp_path / "project_templates" / "greenhouse"
    place.mkdir(parents=True)
    (place / "copier.yml").write_text(block("yaml"))
    (place / "plan of {{ plant }}.md.jinja").write_text(block("jinja"))


def test_the_template_makes_a_project(greenhouse, begin_project, settings):
    begin_project(
        title="Cress",
        template="greenhouse",
        variables={"plant": "Lepidium", "weeks": 2, "light": "red"},
        readme_extra={"greenhouse": "North"},
    )
    assert template_faults() == {}
    root = settings.FUSIONWEB_STATUS_DIRS[0] / "cress"
    plan = (root / "plan of Lepidium.md").read_text()
    assert plan == "# Cress\n\n- week 1: red\n- week 2: red\n"
    assert "- Greenhouse: North\n" in (root / "README.md").read_text()


@pytest.mark.parametrize("weeks", [0, "some"])
def test_the_template_refuses_what_does_not_fit(greenhouse, begin_project, weeks):
    with pytest.raises(ConfigurationInvalid, match="week|whole"):
        begin_project(
            template="greenhouse",
            variables={"plant": "x", "weeks": weeks},
            readme_extra={"greenhouse": "North"},
        )


BROKEN = {
    "raises": "raise RuntimeError('no')",
    "a class": "class check: pass",
    "half a check": "class Half:\n    name = 'half'\ncheck = Half()",
    "a name that is taken": (
        "class Twin:\n    name = label = 'seed_policy'\n    position = 1\n"
        "    look = accept = apply = remarks = None\ncheck = Twin()"
    ),
}


@pytest.mark.parametrize("code", BROKEN.values(), ids=BROKEN.keys())
def test_a_check_that_is_none_keeps_nobody_from_launching(install_check, begin_run, code, caplog):
    install_check(code)
    assert len(run_checks()) == 7
    assert "left out" in caplog.text
    assert begin_run().state == "done"


def test_the_document_names_every_check():
    text = DOCUMENT.read_text()
    run_checks.cache_clear()
    assert all(f"`{check.name}`" in text for check in run_checks())
