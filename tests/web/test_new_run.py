"""The launch pad over HTTP: what is launched, what is refused and where that is said."""

import re
from html import unescape

import pytest

from runs.lifecycle.services import frozen_configuration
from runs.models import Program, Project, Run

PAD = "/runs/new/"


@pytest.fixture
def pad(client, member, program):
    client.force_login(member)

    def open_pad(query="?template=quick_seconds"):
        return fields_of(client.get(PAD + query).content.decode())

    return open_pad


def fields_of(html):
    """What a browser would send back of the form `launch`."""
    form = html[html.index('<form id="launch"') :]
    form = form[: form.index("</form>")]
    found = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name = re.search(r' name="([^"]+)"', tag)
        value = re.search(r' value="([^"]*)"', tag, re.S)
        if name:
            found[name[1]] = unescape(value[1]) if value else ""
    for name, text in re.findall(
        r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.S
    ):
        found[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]* name="([^"]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r"<option selected>([^<]*)", options)
        found[name] = unescape(chosen[1]) if chosen else ""
    return found


def test_it_launches_what_it_shows(client, pad, program, member, settings):
    sent = pad()
    response = client.post(PAD, sent)
    run = Run.objects.get()
    assert response.url == f"/runs/{run.pk}/"
    assert (run.owner, run.name, run.template) == (member, "quick_seconds", "quick_seconds")
    template = settings.FUSIONWEB_TEMPLATES[0] / program.slug / "quick_seconds.ini"
    assert frozen_configuration(run) == template.read_text()


def test_it_launches_with_edited_fields_facts_and_a_new_project(client, pad):
    sent = pad() | {
        "set.general_settings.erlang_stop": "150", "project": "brand-new", "group": "k5",
        "seed": "7", "priority": "-3", "tags": "a, b,a ", "notes": "why",
    }  # fmt: skip
    client.post(PAD, sent)
    run = Run.objects.get()
    assert "erlang_stop = 150" in frozen_configuration(run)
    assert (run.project.slug, run.group, run.seed, run.priority) == ("brand-new", "k5", 7, -3)
    assert (run.tags, run.notes) == (["a", "b"], "why")


def test_it_makes_one_run_of_a_form_sent_twice(client, pad):
    sent = pad()
    first, second = client.post(PAD, sent), client.post(PAD, sent)
    assert first.url == second.url
    assert Run.objects.count() == 1


def test_it_asks_before_a_changed_form_makes_another_run(client, pad):
    sent = pad()
    client.post(PAD, sent)
    response = client.post(PAD, sent | {"name": "another"})
    again = fields_of(response.content.decode())
    assert response.status_code == 409
    assert Run.objects.count() == 1
    assert again["name"] == "another"
    assert again["token"] != sent["token"]
    client.post(PAD, again)
    assert Run.objects.count() == 2


def test_it_gives_two_people_with_one_token_a_run_each(client, pad, other_member):
    sent = pad()
    client.post(PAD, sent)
    client.force_login(other_member)
    client.post(PAD, sent)
    assert Run.objects.count() == 2


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "../x", "a b", "x" * 300, "", "Ω", "a\0b"]
)
def test_it_says_at_the_field_what_a_name_may_be(client, pad, name):
    response = client.post(PAD, pad() | {"name": name})
    html = response.content.decode()
    fault = re.search(r'id="fault-name"[^>]*>(.+?)</p>', html)[1]
    assert response.status_code == 422
    assert "Give a name" in fault or "Null characters" in fault or "Use letters" in fault
    assert "<script>alert" not in html
    assert re.search(r'name="name"[^>]* autofocus', html)
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("seed", "-1"), ("seed", "x"), ("priority", "5"), ("group", "a/b"), ("project", "")],
)
def test_it_says_at_the_field_what_is_wrong(client, pad, field, value):
    response = client.post(PAD, pad() | {field: value, "notes": "typed"})
    html = response.content.decode()
    assert response.status_code == 422
    assert re.search(rf'id="fault-{field}"[^>]*>.+</p>', html)
    assert fields_of(html)["notes"] == "typed"
    assert not Run.objects.exists()


def test_it_keeps_everything_typed_when_the_configuration_is_wrong(client, pad):
    sent = pad() | {"set.general_settings.erlang_start": "abc", "project": "never-made"}
    response = client.post(PAD, sent)
    back = fields_of(response.content.decode())
    assert response.status_code == 422
    assert back["set.general_settings.erlang_start"] == "abc"
    assert "expected a number" in response.content.decode()
    assert not Project.objects.filter(slug="never-made").exists()


def test_it_says_the_line_of_a_text_that_does_not_parse(client, pad):
    response = client.post(PAD, pad() | {"config": "[a]\nb = 1\nnonsense\n"})
    assert response.status_code == 422
    assert 'data-line="3"' in response.content.decode()


def test_it_checks_without_launching(client, pad):
    response = client.post(PAD, pad() | {"check": "1", "set.routing_settings.k_paths": "9"})
    assert response.status_code == 200
    assert "k_paths = 9" in fields_of(response.content.decode())["config"]
    assert not Run.objects.exists()


def test_it_clones_as_the_run_was(client, pad, member):
    client.post(PAD, pad() | {"set.general_settings.erlang_stop": "150", "notes": "first"})
    original = Run.objects.get()
    sent = pad(f"?from={original.pk}")
    assert (sent["name"], sent["notes"]) == ("quick_seconds", "first")
    client.post(PAD, sent)
    clone = Run.objects.exclude(pk=original.pk).get()
    assert (clone.origin, clone.origin_kind) == (original, "clone")
    assert frozen_configuration(clone) == frozen_configuration(original)


def test_it_opens_although_the_configuration_of_the_original_is_gone(client, pad):
    client.post(PAD, pad())
    run = Run.objects.get()
    run.config_path.unlink()
    response = client.get(f"{PAD}?from={run.pk}")
    assert "no longer on disk" in response.content.decode()


def test_it_says_that_a_template_does_not_exist(client, pad):
    response = client.get(PAD, {"template": "../../etc/passwd"})
    assert response.status_code == 200
    assert "There is no template" in response.content.decode()


def test_it_launches_what_is_typed_after_its_template_has_gone(client, pad, settings):
    sent = pad()
    (settings.FUSIONWEB_TEMPLATES[0] / "fusion-sim" / "quick_seconds.ini").unlink()
    client.post(PAD, sent)
    assert Run.objects.get().template == ""


def test_it_says_that_no_program_is_there(client, member):
    client.force_login(member)
    assert "No program can be launched yet" in client.get(PAD).content.decode()


def test_it_says_that_there_is_no_such_program(client, pad):
    assert client.get(PAD, {"program": "nope"}).status_code == 404


def test_it_says_that_a_program_is_switched_off(client, pad, program, script_program):
    sent = pad()
    Program.objects.update(enabled=False)
    script_program("")
    response = client.post(PAD, sent)
    assert response.status_code == 422
    assert "switched off" in response.content.decode()
    assert not Run.objects.exists()


def test_it_says_that_a_program_cannot_be_executed(client, pad, program):
    program.command = "/nonexistent/simulator {config}"
    program.save()
    assert "does not exist" in client.get(PAD).content.decode()


def test_it_works_for_a_program_without_schema(client, member, project, script_program):
    script_program("print('hello')")
    client.force_login(member)
    sent = fields_of(client.get(PAD).content.decode())
    client.post(PAD, sent | {"config": "[a]\r\nb = 1\r\n", "project": "optics"})
    assert frozen_configuration(Run.objects.get()) == "[a]\nb = 1\n"


def test_it_asks_for_a_login(client):
    assert client.get(PAD).status_code == 302
    assert client.post(PAD).status_code == 302
