"""Going on from a checkpoint: who can, with what, and the whole way with the real simulator."""

import pytest
from django.utils import timezone

from runs.contract.status import Status
from runs.lifecycle.services import RunRequest, create_run, frozen_configuration
from runs.models import Program, Run
from tests.disk import write_checkpoint
from tests.web.test_new_run import fields_of

PAD = "/runs/new/"
SHORT = {
    "general_settings": {
        "erlang_start": 100, "erlang_stop": 200, "num_requests": 500, "warmup_requests": 50,
        "max_iters": 4, "ci_relative_half_width": 0,
    }
}  # fmt: skip


@pytest.fixture
def logged_in(client, member):
    client.force_login(member)
    return client


@pytest.fixture
def resuming(script_program):
    """A program that says what it was given, as YAML."""
    return script_program("import sys; print(sys.argv)", slug="resuming", config_format="yaml")


@pytest.fixture
def can_resume(resuming):
    resuming.command += " --resume_from {resume_from}"
    resuming.save()
    return resuming


@pytest.fixture
def checkpoint(checkpoint_row, checkpoint_root):
    write_checkpoint(checkpoint_root.directory, "best")
    return checkpoint_row(suffix="best", config_name="config.yaml")


def open_pad(client, checkpoint, **query):
    response = client.get(PAD, {"resume": checkpoint.pk, **query})
    assert response.status_code == 200
    return response, fields_of(response.content.decode())


def test_the_simulator_goes_on_from_what_it_saved(
    logged_in, member, project, program, supervisor, checkpoint_row, settings
):
    """The whole way: a run, its checkpoint's row, the form as it is offered, the new run."""
    request = RunRequest(
        program=program, project=project, name="long", template="quick_seconds", overrides=SHORT,
        seed=7,
    )  # fmt: skip
    first = create_run(owner=member, request=request)
    supervisor.until_status(first, Status.COMPLETED)
    suffix = f"{first.pk}/load_1"
    saved = settings.FUSIONWEB_CHECKPOINT_DIRS[0] / "optics" / "default" / "long" / suffix
    assert saved.is_dir()
    row = checkpoint_row(project="optics", group="default", name="long", suffix=suffix)

    page = logged_in.get(row.get_absolute_url()).content.decode()
    assert f"{PAD}?resume={row.pk}" in page
    _, sent = open_pad(logged_in, row)
    assert sent["name"] == "long" and sent["seed"] == "7"
    response = logged_in.post(PAD, sent | {"launch": "1"})
    run = Run.objects.exclude(pk=first.pk).get()
    assert response.url == f"/runs/{run.pk}/"
    assert run.resume_from == str(saved.resolve())
    assert (run.origin, run.origin_kind) == (first, Run.Origin.RESUME)
    assert frozen_configuration(run) == frozen_configuration(first)

    supervisor.until_status(run, Status.COMPLETED)
    log = (run.directory / "output.log").read_text()
    assert f"resuming from {saved.resolve()}" in log


def test_a_checkpoint_from_elsewhere_brings_its_configuration(logged_in, can_resume, checkpoint):
    response, sent = open_pad(logged_in, checkpoint)
    assert sent["program"] == "resuming"
    assert sent["config"] == "optimization:\n  lr: 0.0003\n"
    assert (sent["project"], sent["group"], sent["name"]) == ("gpt", "baselines", "lm_small")
    assert str(checkpoint.directory) in response.content.decode()
    logged_in.post(PAD, sent)
    run = Run.objects.get()
    assert run.resume_from == str(checkpoint.directory.resolve())
    assert (run.origin, run.origin_kind) == (None, "")


def test_the_path_comes_from_the_row_and_never_from_the_form(logged_in, can_resume, checkpoint):
    _, sent = open_pad(logged_in, checkpoint)
    logged_in.post(PAD, sent | {"resume_from": "/etc", "resume-from": "/etc"})
    assert Run.objects.get().resume_from == str(checkpoint.directory.resolve())


def test_a_form_sent_twice_makes_one_run(logged_in, can_resume, checkpoint):
    _, sent = open_pad(logged_in, checkpoint)
    logged_in.post(PAD, sent)
    assert logged_in.post(PAD, sent).status_code == 302
    assert Run.objects.count() == 1


def test_the_newest_run_of_the_name_says_which_program(
    logged_in, can_resume, script_program, checkpoint, run_row, project
):
    other = script_program("", slug="another")
    other.command += " {resume_from}"
    other.save()
    project.slug = "gpt"
    project.save()
    run_row(name="lm_small", group="baselines", program=other)
    assert open_pad(logged_in, checkpoint)[1]["program"] == "another"


def test_only_programs_that_can_resume_are_offered(logged_in, can_resume, program, checkpoint):
    Program.objects.create(slug="cannot", title="cannot", command="true {config}")
    response, _ = open_pad(logged_in, checkpoint)
    assert [each.slug for each in response.context["programs"]] == ["fusion-sim", "resuming"]


def test_another_program_and_template_may_be_chosen(logged_in, can_resume, program, checkpoint):
    _, sent = open_pad(logged_in, checkpoint, program="fusion-sim", template="quick_seconds")
    assert (sent["program"], sent["template"]) == ("fusion-sim", "quick_seconds")
    assert "[general_settings]" in sent["config"]
    assert sent["resume"] == str(checkpoint.pk)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"complete": False, "reason": "no commit_success.txt"}, "no commit_success.txt"),
        ({"gone_at": timezone.now()}, "no longer on disk"),
    ],
)
def test_nobody_resumes_from_what_is_not_there(
    logged_in, can_resume, checkpoint_row, fields, words
):
    row = checkpoint_row(**fields)
    page = logged_in.get(row.get_absolute_url()).content.decode()
    assert "Nobody can resume from here" in page and words in page
    assert f"?resume={row.pk}" not in page
    assert logged_in.get(PAD, {"resume": row.pk}).status_code == 409


def test_it_says_that_the_program_cannot_resume(logged_in, resuming, checkpoint, run_row, project):
    page = logged_in.get(checkpoint.get_absolute_url()).content.decode()
    assert "No program has {resume_from} in its command" in page
    project.slug = "gpt"
    project.save()
    run_row(name="lm_small", group="baselines", program=resuming)
    page = logged_in.get(checkpoint.get_absolute_url()).content.decode()
    assert "The command of resuming has no {resume_from}" in page


def test_a_directory_that_went_meanwhile_is_said_on_the_form(
    logged_in, can_resume, checkpoint, tmp_path
):
    _, sent = open_pad(logged_in, checkpoint)
    checkpoint.directory.rename(tmp_path / "elsewhere")
    response = logged_in.post(PAD, sent)
    assert response.status_code == 422
    assert "no longer on disk" in response.content.decode()
    assert not Run.objects.exists()


def test_a_program_that_cannot_resume_is_refused_at_launch(
    logged_in, can_resume, checkpoint, script_program
):
    _, sent = open_pad(logged_in, checkpoint)
    script_program("", slug="cannot", config_format="yaml")
    response = logged_in.post(PAD, sent | {"program": "cannot"})
    assert response.status_code == 422
    assert "has no {resume_from}" in response.content.decode()
    assert not Run.objects.exists()


def test_a_program_of_another_format_gets_no_configuration_of_ours(
    logged_in, can_resume, checkpoint
):
    can_resume.config_format = "ini"
    can_resume.save()
    assert open_pad(logged_in, checkpoint)[1]["config"] == ""


def test_a_config_json_of_figures_alone_is_no_configuration(logged_in, can_resume, checkpoint):
    can_resume.config_format = "json"
    can_resume.save()
    assert open_pad(logged_in, checkpoint)[1]["config"] == ""


@pytest.mark.parametrize("key", ["x", "999999", "9" * 40, "-1"])
def test_it_knows_no_other_checkpoint(logged_in, can_resume, key):
    assert logged_in.get(PAD, {"resume": key}).status_code == 404
    assert logged_in.post(PAD, {"resume": key, "program": "resuming"}).status_code == 404
