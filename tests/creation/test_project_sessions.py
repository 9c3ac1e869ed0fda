"""A project session: directories, README, rows; and what it may not be called."""

import pytest

from runs.creation.selectors import answer_of
from runs.creation.services import create_session
from runs.errors import ConfigurationInvalid, InvalidInput, TemplateNotFound
from runs.models import CreationSession, Event, Project

from .conftest import payloads

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(settings):
    return settings.FUSIONWEB_STATUS_DIRS[0]


def test_it_makes_the_project_its_directory_and_its_readme(begin_project, member, root):
    session = begin_project(operator="Ada", objective="How far light goes.\n\nAnd why.")
    project = Project.objects.get()
    assert (project.slug, project.title) == ("optical-limits", "Optical limits")
    assert project.description == "How far light goes.\n\nAnd why."
    assert list(project.managers.all()) == [member]
    text = (root / "optical-limits" / "README.md").read_text()
    assert text.startswith("# Optical limits\n\n- Operator: Ada\n- Begun: ")
    assert text.endswith("\n\nHow far light goes.\n\nAnd why.\n")
    assert [path.name for path in (root / "optical-limits").iterdir()] == ["README.md"]
    assert answer_of(session)["result"] == {
        "project": "optical-limits",
        "path": str(root / "optical-limits"),
        "findings": [],
    }


def test_it_tells_of_its_phases_and_of_the_project(begin_project):
    session = begin_project()
    assert [payload["phase"] for payload in payloads(session, "phase")] == [
        "validating_inputs",
        "rendering_template",
        "running_checks",
        "writing_records",
        "validating_post_creation",
    ]
    assert Event.objects.filter(kind="project.created").count() == 1


def test_the_bundled_study_asks_and_writes(begin_project, root):
    begin_project(
        template="study",
        variables={"metric": "mean_hops", "sharing": "group"},
        readme_extra={"hypothesis": "It bends.", "mood": "good"},
    )
    readme = (root / "optical-limits" / "README.md").read_text()
    assert "- Hypothesis: It bends.\n- mood: good" in readme
    findings = (root / "optical-limits" / "notes" / "findings.md").read_text()
    assert "Decided by: mean_hops\n" in findings
    assert Project.objects.get().template == "study"


def test_a_run_in_a_study_has_the_fields_of_its_template(begin_project, begin_run, root):
    begin_project(template="study", readme_extra={"hypothesis": "x"})
    session = begin_run(project="optical-limits", readme_extra={"changed": "the loads"})
    readme = root / "optical-limits" / "default" / "try" / session.target / "README.md"
    assert "- What is different: the loads\n" in readme.read_text()


def test_a_template_that_is_no_more_keeps_no_run_from_being_made(begin_run, project):
    Project.objects.update(template="gone")
    assert begin_run().state == "done"


BAD = [
    ({"title": ""}, InvalidInput, "title"),
    ({"title": "x" * 201}, InvalidInput, "title"),
    ({"title": "光"}, InvalidInput, "slug"),
    ({"slug": "../up"}, InvalidInput, "slug"),
    ({"slug": ".hidden"}, InvalidInput, "slug"),
    ({"slug": "a/b"}, InvalidInput, "slug"),
    ({"template": "../../etc"}, TemplateNotFound, None),
    ({"variables": {"nobody": 1}}, ConfigurationInvalid, "config"),
    ({"template": "study"}, ConfigurationInvalid, "config"),
    (
        {
            "template": "study",
            "variables": {"sharing": "world"},
            "readme_extra": {"hypothesis": "x"},
        },
        ConfigurationInvalid,
        "config",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "error", "field"), BAD, ids=lambda value: str(value)[:40])
def test_what_cannot_be_made_makes_no_session(begin_project, root, changes, error, field):
    with pytest.raises(error) as raised:
        begin_project(**changes)
    assert field is None or raised.value.field == field
    assert not CreationSession.objects.exists()
    assert not Project.objects.exists()
    assert not (root / ".sessions").exists()


def test_every_fault_is_named_at_once(begin_project):
    with pytest.raises(ConfigurationInvalid) as raised:
        begin_project(template="study", variables={"sharing": "world", "nobody": 1})
    assert [problem.path for problem in raised.value.problems] == [
        "variables.nobody",
        "variables.sharing",
        "readme_extra.hypothesis",
    ]


def test_a_title_of_markdown_stays_a_title(member, root):
    inputs = {"title": "A *bold* [claim](x)", "slug": "bold", "objective": "# also\n- mine"}
    create_session(owner=member, kind="project", inputs=inputs)
    assert (root / "bold" / "README.md").read_text().startswith("# A *bold* [claim](x)\n")
