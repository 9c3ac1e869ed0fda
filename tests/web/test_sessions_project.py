"""The wizard for projects: the form is made of what its template asks."""

from pathlib import Path

import pytest

from runs.models import Project
from tests.web.browser_forms import fields_of

STUDY = {"title": "Sparse networks", "template": "study"}


@pytest.fixture
def wizard(begin):
    return begin("project")


@pytest.fixture
def template(settings, tmp_path):
    """Writes a template of the lab's own: `template("title: …")`."""
    settings.FUSIONWEB_PROJECT_TEMPLATES = [tmp_path / "project_templates"]

    def write(questions, **files):
        folder = tmp_path / "project_templates" / "own"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "copier.yml").write_text(questions)
        for name, text in files.items():
            (folder / f"{name}.md.jinja").write_text(text)

    return write


def shown(response):
    return response.content.decode()


def test_it_makes_a_project_of_answers(wizard, member):
    assert wizard.press("template", "next", **STUDY).url.endswith("step=questions")
    assert wizard.press("questions", "next", **{"variables.metric": "mean_hops"}).status_code == 302
    readme = {"readme_extra.hypothesis": "Less blocks more.", "objective": "find out"}
    assert wizard.press("readme", "next", **readme).url.endswith("step=preview")
    page = wizard.open("preview")
    assert "Less blocks more." in shown(page) and "notes/findings.md" in shown(page)
    wizard.press("preview", "confirm")
    project = Project.objects.get(slug="sparse-networks")
    assert (project.title, project.template) == ("Sparse networks", "study")
    assert list(project.managers.all()) == [member]
    directory = page.context["preview"].directory
    assert page.context["preview"].readme == (directory / "README.md").read_text()
    assert "mean_hops" in (directory / "notes" / "findings.md").read_text()


def test_it_skips_the_questions_of_a_template_that_asks_none(wizard):
    response = wizard.press("template", "next", title="Plain one", template="plain")
    assert response.url.endswith("step=readme")
    assert "goto:questions" not in shown(wizard.open("readme"))


def test_it_starts_with_the_defaults_of_the_template(wizard):
    wizard.press("template", "next", **STUDY)
    fields = fields_of(wizard.open("questions"))
    assert fields["variables.metric"] == "blocking_prob"
    assert fields["variables.sharing"] == "lab"


def test_it_says_what_the_template_needs(wizard):
    wizard.press("template", "next", **STUDY)
    response = wizard.press("readme", "next", **{"readme_extra.contact": "me"})
    page = wizard.client.get(response.url)
    assert "Is needed." in shown(page)
    assert fields_of(page)["readme_extra.contact"] == "me"


def test_it_says_that_a_name_is_in_use(wizard, project):
    response = wizard.press("template", "next", title="Optics", template="plain")
    page = shown(wizard.client.get(response.url))
    assert "There is a project optics already. Choose another name." in page


def test_it_leaves_a_project_alone_that_was_there(wizard, project, settings):
    """Made while somebody filled in the form: said, and nothing touched."""
    wizard.press("template", "next", title="Optics too", slug="late", template="plain")
    Project.objects.create(slug="late")
    wizard.client.post(wizard.address, {"step": "preview", "action": "confirm"})
    assert wizard.session.is_draft
    assert "There is a project late already" in shown(wizard.open())


def test_it_keeps_answers_that_another_template_asks_as_well(wizard, template):
    template("metric: x\ncolour: red\n")
    wizard.press("template", "next", **STUDY)
    wizard.press("questions", "next", **{"variables.metric": "kept", "variables.deadline": "soon"})
    wizard.press("template", "next", template="own")
    assert wizard.session.inputs["variables"] == {"metric": "kept"}
    assert fields_of(wizard.open("questions"))["variables.colour"] == "red"


def test_it_asks_by_each_kind_of_question(wizard, template):
    template(
        "number: {type: int, default: 3}\nflag: {type: bool, default: true}\n"
        "story: {type: str, multiline: true, default: 'a'}\n"
        "many: {choices: [a, b, c, d, e, f, g], default: b}\n"
        "pair: {choices: {Left: l, Right: r}, default: r}\n"
        "later: {type: str, default: '{{ story }}!'}\n"
        "hidden: {type: str, when: false}\n"
    )
    wizard.press("template", "next", title="All kinds", template="own")
    page = wizard.open("questions")
    fields = fields_of(page)
    assert fields["variables.number"] == "3"
    assert fields["variables.flag"] == "true"
    assert fields["variables.story"] == "a"
    assert fields["variables.many"] == "b"
    assert fields["variables.pair"] == "r"
    assert fields["variables.later"] == "a!"
    assert "variables.hidden" not in fields
    assert "<textarea" in shown(page) and "<select" in shown(page)


def test_it_takes_an_unticked_box_for_no(wizard, template):
    template("flag: {type: bool, default: true}\n", result="{{ flag }}")
    wizard.press("template", "next", title="Box", template="own")
    fields = fields_of(wizard.open("questions")) | {"variables.flag": "false", "action": "next"}
    wizard.client.post(wizard.address, fields)
    assert fields_of(wizard.open("questions"))["variables.flag"] == "false"
    wizard.press("preview", "confirm")
    made = Path(wizard.session.result["path"]) / "result.md"
    assert made.read_text().strip() == "False"


def test_it_says_a_wrong_answer_at_its_question(wizard, template):
    template("number: {type: int, default: 3}\n")
    wizard.press("template", "next", title="Wrong", template="own")
    response = wizard.press("questions", "next", **{"variables.number": "three"})
    page = wizard.client.get(response.url)
    assert "Is a whole number." in shown(page)
    assert fields_of(page)["variables.number"] == "three"


def test_it_says_at_the_preview_what_a_template_cannot_render(wizard, template):
    template("name: x\n", bad="{{ missing }}")
    wizard.press("template", "next", title="Bad", template="own")
    page = shown(wizard.open("preview"))
    assert "bad.md.jinja cannot be rendered" in page
    assert 'value="confirm"' not in page


def test_it_tells_staff_which_templates_are_broken(wizard, template, staff, client):
    template("[")
    assert "is not YAML" not in shown(wizard.open("template"))
    client.force_login(staff)
    response = client.post("/sessions/new/", {"kind": "project"})
    assert "is not YAML" in shown(client.get(response.url))


def test_it_says_that_a_template_has_gone(wizard, template, tmp_path):
    template("a: b\n")
    wizard.press("template", "next", title="Gone", template="own")
    (tmp_path / "project_templates" / "own" / "copier.yml").unlink()
    assert "This template is gone. Choose another." in shown(wizard.open("preview"))
