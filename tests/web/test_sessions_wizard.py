"""The wizard over HTTP: each step kept as typed, back and forward, faults, preview, confirm."""

import pytest

from runs.lifecycle.supervisor.launch import launch_spec
from runs.models import CreationSession, Project, Run
from tests.web.browser_forms import fields_of


def shown(response):
    return response.content.decode()


def test_it_goes_from_choice_to_a_queued_run(run_wizard, member):
    wizard = run_wizard
    assert wizard.press("project", "next", run_kind="test").url.endswith("?step=program")
    assert wizard.press("program", "next").url.endswith("?step=parameters")
    typed = {"label": "first", "set.general_settings.erlang_stop": "150"}
    assert wizard.press("parameters", "next", **typed).url.endswith("?step=readme")
    assert wizard.press("readme", "next", objective="to see").url.endswith("?step=preview")
    page = shown(wizard.open("preview"))
    run_id = wizard.session.target
    assert f"optics/default/first/{run_id}" in page
    assert '<span class="diff-text">erlang_stop = 150</span>' in page
    assert "to see" in page and "--config_path" in page
    done = wizard.press("preview", "confirm")
    run = Run.objects.get(pk=run_id)
    assert (run.owner, run.name, run.purpose) == (member, "first", "test")
    assert "erlang_stop = 150" in run.config_path.read_text()
    assert f'href="/runs/{run_id}/"' in shown(wizard.client.get(done.url))


def test_its_preview_is_what_is_written(run_wizard):
    run_wizard.press("readme", "next", objective="Ünïcode & <b>markup</b>")
    page = run_wizard.open("preview")
    preview = page.context["preview"]
    run_wizard.press("preview", "confirm")
    run = Run.objects.get()
    assert preview.directory == run.directory
    assert preview.made.text == run.config_path.read_text()
    assert preview.readme == (run.directory / "README.md").read_text()
    assert "&lt;b&gt;markup&lt;/b&gt;" in shown(page)


def test_its_command_line_is_what_is_launched(run_wizard):
    command = run_wizard.open("preview").context["preview"].command
    run_wizard.press("preview", "confirm")
    assert command.split() == launch_spec(Run.objects.get()).argv


def test_it_keeps_what_was_typed_going_back_and_forward(run_wizard):
    run_wizard.press("parameters", "back", label="kept", seed="12")
    run_wizard.press("project", "goto:readme", run_kind="test")
    run_wizard.press("readme", "back", objective="one\ntwo", operator="somebody")
    assert fields_of(run_wizard.open("parameters"))["label"] == "kept"
    assert fields_of(run_wizard.open("parameters"))["seed"] == "12"
    assert fields_of(run_wizard.open("project"))["run_kind"] == "test"
    readme = fields_of(run_wizard.open("readme"))
    assert (readme["objective"], readme["operator"]) == ("one\ntwo", "somebody")


@pytest.mark.parametrize(
    ("step", "typed", "words"),
    [
        ("project", {"project": ""}, "Fill this in."),
        ("project", {"project": "nowhere"}, "There is no project nowhere."),
        ("program", {"made_from": ""}, "Choose one."),
        ("program", {"made_from": "nothing/at_all"}, "There is no program nothing."),
        ("program", {"made_from": "fusion-sim/gone"}, "has no template"),
        ("parameters", {"label": "a/b"}, "name"),
        ("parameters", {"seed": "many"}, "A whole number."),
        ("parameters", {"seed": "-1"}, "Not less than 0."),
        ("parameters", {"set.general_settings.erlang_stop": "-7"}, "at least"),
        ("parameters", {"set.general_settings.num_requests": "a few"}, "whole number"),
        ("readme", {"run_date": "tomorrow"}, "A day such as"),
        ("readme", {"operator": "x" * 201}, "At most 200 characters."),
    ],
)
def test_it_says_a_fault_where_it_is_and_keeps_it_as_typed(run_wizard, step, typed, words):
    response = run_wizard.press(step, "next", **typed)
    assert response.url.endswith(f"?step={step}&check=1")
    page = run_wizard.client.get(response.url)
    assert words in shown(page)
    assert "autofocus" in shown(page) or step == "program"
    assert fields_of(page).get(*typed, *typed.values()) == next(iter(typed.values()))


def test_it_leads_from_the_preview_to_what_is_missing(begin, program):
    wizard = begin("run")
    page = shown(wizard.open("preview"))
    assert "Something is still missing" in page
    for step in ("project", "program", "parameters"):
        assert f'href="{wizard.address}?step={step}&amp;check=1"' in page
    assert 'value="confirm"' not in page


def test_it_makes_nothing_of_a_draft_with_faults(begin, program):
    wizard = begin("run")
    wizard.client.post(wizard.address, {"step": "preview", "action": "confirm"})
    assert wizard.session.is_draft
    assert not Run.objects.exists()


def test_it_opens_where_it_was_left(run_wizard, client, member):
    run_wizard.press("parameters", "goto:readme")
    client.logout()
    client.force_login(member)
    assert 'name="objective"' in shown(client.get(run_wizard.address))


def test_it_names_a_run_after_its_template_until_somebody_does(run_wizard):
    assert run_wizard.session.inputs["label"] == "quick_seconds"
    run_wizard.press("program", "next", made_from="fusion-sim/nsfnet_minute")
    assert run_wizard.session.inputs["label"] == "nsfnet_minute"
    run_wizard.press("parameters", "next", label="mine")
    run_wizard.press("program", "next", made_from="fusion-sim/quick_seconds")
    assert run_wizard.session.inputs["label"] == "mine"


def test_it_keeps_values_for_another_template_but_not_for_another_program(
    run_wizard, script_program
):
    script_program("", slug="other")
    run_wizard.press("parameters", "next", **{"set.general_settings.erlang_stop": "150"})
    run_wizard.press("program", "next", made_from="fusion-sim/nsfnet_minute")
    assert run_wizard.session.inputs["overrides"] == {"general_settings": {"erlang_stop": "150"}}
    run_wizard.press("program", "next", made_from="other/")
    assert "overrides" not in run_wizard.session.inputs


def test_it_saves_quietly_while_somebody_types(run_wizard):
    fields = fields_of(run_wizard.open("readme")) | {"action": "save", "objective": "half a sen"}
    response = run_wizard.client.post(run_wizard.address, fields, headers={"HX-Request": "true"})
    assert "Saved" in shown(response)
    assert run_wizard.session.inputs["objective"] == "half a sen"
    assert f'name="revision" value="{run_wizard.session.revision}"' in shown(response)


def test_it_does_not_undo_with_a_late_save_what_was_sent_since(run_wizard):
    late = fields_of(run_wizard.open("readme")) | {"action": "save", "objective": "old"}
    run_wizard.press("readme", "next", objective="new")
    response = run_wizard.client.post(run_wizard.address, late, headers={"HX-Request": "true"})
    assert "Not saved" in shown(response)
    assert run_wizard.session.inputs["objective"] == "new"


def test_it_says_that_what_is_typed_is_too_long_to_be_kept(run_wizard):
    fields = fields_of(run_wizard.open("readme")) | {"action": "save", "objective": "x" * 1_100_000}
    response = run_wizard.client.post(run_wizard.address, fields, headers={"HX-Request": "true"})
    assert "Not saved. The inputs have more than" in shown(response)


def test_it_says_faults_of_values_while_they_are_typed(run_wizard):
    fields = fields_of(run_wizard.open("parameters")) | {
        "action": "save",
        "set.general_settings.erlang_stop": "-7",
    }
    response = run_wizard.client.post(run_wizard.address, fields, headers={"HX-Request": "true"})
    assert "expected at least" in shown(response)
    assert 'name="set.' not in shown(response)


def test_it_begins_one_draft_for_two_presses(begin, program):
    assert begin("run").address == begin("run").address
    assert CreationSession.objects.count() == 1


def test_it_begins_another_once_something_was_typed(begin, project):
    first = begin("run")
    first.press("project", "next", project="optics")
    assert begin("run").address != first.address


def test_it_refuses_a_kind_there_is_not(client, member, program):
    client.force_login(member)
    assert client.post("/sessions/new/", {"kind": "cake"}).status_code == 422


def test_it_confirms_once_however_often_it_is_pressed(run_wizard):
    sent = fields_of(run_wizard.open("preview")) | {"action": "confirm"}
    first, second = (run_wizard.client.post(run_wizard.address, sent) for _ in range(2))
    assert first.url == second.url
    assert Run.objects.count() == 1


def test_it_leads_a_late_form_of_the_wizard_to_what_became_of_it(run_wizard):
    late = fields_of(run_wizard.open("readme")) | {"action": "next", "objective": "tardy"}
    run_wizard.press("preview", "confirm")
    response = run_wizard.client.post(run_wizard.address, late)
    assert response.url == run_wizard.address
    assert "tardy" not in (Run.objects.get().directory / "README.md").read_text()


def test_it_keeps_anything_that_can_be_typed(run_wizard):
    odd = "\x00 <script>alert(1)</script> {{ x }} {% y %} ‮ 🦊\r\nline"
    run_wizard.press("readme", "next", objective=odd, operator=odd)
    kept = run_wizard.session.inputs["objective"]
    assert kept == odd.replace("\x00", "").replace("\r\n", "\n")
    page = shown(run_wizard.open("readme"))
    assert "<script>alert" not in page
    assert fields_of(run_wizard.open("readme"))["objective"] == kept


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"step": "../../etc", "action": "goto:nowhere"},
        {"step": "preview", "action": "back"},
        {"step": "parameters", "action": "next", "key.0": "..", "value.0": "1"},
        {"step": "parameters", "action": "next", "key.99999": "a.b", "value.x": "1"},
        {"step": "program", "action": "next", "made_from": "///"},
    ],
)
def test_it_stands_whatever_is_sent(run_wizard, sent):
    response = run_wizard.client.post(run_wizard.address, sent)
    assert response.status_code == 302
    assert run_wizard.client.get(response.url).status_code == 200


def test_it_shows_a_draft_to_its_owner_and_staff_alone(run_wizard, other_member, staff):
    client = run_wizard.client
    client.force_login(other_member)
    assert client.get(run_wizard.address).status_code == 404
    assert client.post(run_wizard.address, {"action": "next"}).status_code == 404
    client.force_login(staff)
    assert "of ada" in shown(client.get(run_wizard.address))


def test_it_offers_no_project_that_is_closed_to_the_owner(begin, program):
    Project.objects.create(slug="secret", is_open=False)
    Project.objects.create(slug="public")
    wizard = begin("run")
    assert "secret" not in shown(wizard.open("project"))
    response = wizard.press("project", "next", project="secret")
    assert "There is no project secret." in shown(wizard.client.get(response.url))


def test_it_begins_from_the_launch_pad_with_what_was_chosen_there(client, member, program):
    client.force_login(member)
    pad = client.get("/runs/new/?program=fusion-sim&template=nsfnet_minute")
    response = client.post("/sessions/new/", fields_of(pad, 'action="/sessions/new/"'))
    inputs = CreationSession.objects.get(pk=response.url.split("/")[2]).inputs
    assert (inputs["program"], inputs["template"]) == ("fusion-sim", "nsfnet_minute")
