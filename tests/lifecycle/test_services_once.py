"""A run is made once under one id, whoever asks how often."""

import threading

import pytest
from django.db import connection

from runs.errors import NameInvalid, RunAlreadyCreated
from runs.lifecycle.projects import create_run_in_project
from runs.lifecycle.services import RunRequest, create_run
from runs.models import Project, Run

RUN_ID = "0123456789ab"


@pytest.fixture
def request_(project, script_program):
    return RunRequest(
        program=script_program(""), project=project, name="once", config_text="[a]\nb = 1\n"
    )


def staged(run):
    return list((run.directory.parents[3] / ".staging").iterdir())


def test_it_refuses_the_second(member, request_):
    run = create_run(owner=member, request=request_, run_id=RUN_ID)
    with pytest.raises(RunAlreadyCreated):
        create_run(owner=member, request=request_, run_id=RUN_ID)
    assert run.config_path.read_text() == "[a]\nb = 1\n"
    assert staged(run) == []


@pytest.mark.django_db(transaction=True)
def test_it_makes_one_of_many_at_the_same_moment(member, request_):
    made, refused = [], []
    start = threading.Barrier(6)

    def create():
        start.wait()
        try:
            made.append(create_run(owner=member, request=request_, run_id=RUN_ID))
        except RunAlreadyCreated:
            refused.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(made), len(refused)) == (1, 5)
    assert Run.objects.count() == 1
    assert made[0].config_path.exists()
    assert staged(made[0]) == []


def test_it_takes_the_place_of_what_a_killed_process_left(member, request_, settings):
    left = settings.FUSIONWEB_STATUS_DIRS[0] / "optics" / "default" / "once" / RUN_ID
    left.mkdir(parents=True)
    (left / "config.ini").write_text("half made")
    run = create_run(owner=member, request=request_, run_id=RUN_ID)
    assert run.config_path.read_text() == "[a]\nb = 1\n"


def test_it_makes_the_project_with_the_run(member, script_program):
    request = RunRequest(
        script_program(""), Project(slug="new-one"), "first", config_text="[a]\nb = 1\n"
    )
    run = create_run_in_project(owner=member, request=request)
    assert run.project == Project.objects.get(slug="new-one")


def test_it_makes_no_project_without_the_run(member, script_program):
    request = RunRequest(script_program(""), Project(slug="new-one"), "../x", config_text="")
    with pytest.raises(NameInvalid, match="cannot be a directory"):
        create_run_in_project(owner=member, request=request)
    assert not Project.objects.filter(slug="new-one").exists()
