"""The log socket of a job: as a run's, found by the job's key."""

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from runs.events import record_event
from runs.models import Job, Root
from tests.disk import write_job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make_job(job_row, settings):
    """A row with its directory, and the address of its log socket."""

    def make(log="one\n", **fields):
        job = job_row(status="running", **fields)
        write_job(
            settings.FUSIONWEB_STATUS_DIRS[0],
            job.project, job.group, job.name, job.run_id, log=log,
        )  # fmt: skip
        return job, f"/ws{job.get_absolute_url()}log/?offset=0"

    return sync_to_async(make)


@sync_to_async
def change(job, **fields):
    """As discovery does: the row and its event in one transaction."""
    with transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**fields)
        record_event(
            topic="jobs", kind="job.changed", subject=f"job:{job.pk}", payload={"id": job.pk}
        )


def append(job, text):
    with (job.directory / "output.log").open("a") as log:
        log.write(text)


async def test_it_sends_what_is_there_then_what_comes_then_the_end(make_job, open_socket):
    job, address = await make_job()
    async with open_socket(address) as socket:
        assert (await socket.frame())["text"] == "one\n"
        append(job, "two\n")
        assert await socket.frame() == {"kind": "log", "offset": 4, "next": 8, "text": "two\n"}
        await change(job, status="failed")
        assert await socket.frame() == {"kind": "end", "status": "failed", "offset": 8}
        assert await socket.frame() is None
        assert socket.closed == 1000


@pytest.mark.parametrize(
    "name", ["two words", "100% größe", "🚀", "two\nlines", "a?b&c=d#e", "%41"]
)
async def test_it_finds_a_job_of_any_name(make_job, open_socket, name):
    _, address = await make_job(name=name)
    async with open_socket(address) as socket:
        assert (await socket.frame())["text"] == "one\n"


async def test_it_finds_the_one_of_the_root_asked_for(make_job, job_row, open_socket, tmp_path):
    _, address = await make_job(run_id="r")
    other = await Root.objects.acreate(path=str(tmp_path / "b"), kind="status", position=1)
    await sync_to_async(job_row)(run_id="r", root=other)
    write_job(tmp_path / "b", run_id="r", log="of the other\n")
    async with open_socket(f"{address}&root={other.pk}") as socket:
        assert (await socket.frame())["text"] == "of the other\n"


async def test_it_closes_when_the_job_is_deleted(make_job, open_socket):
    job, address = await make_job()
    async with open_socket(address) as socket:
        await socket.frame()
        await change(job)
        await sync_to_async(job.delete)()
        await change(job)
        assert await socket.frame() is None
        assert socket.closed == 4404


@pytest.mark.parametrize("key", ["a/b/c/d", "../../../etc", "gpt/baselines/lm_small/.."])
async def test_it_knows_no_job_but_those_of_the_table(make_job, open_socket, key):
    await make_job()
    async with open_socket(f"/ws/jobs/{key}/log/") as socket:
        assert await socket.frame() is None
        assert socket.closed == 4404


async def test_it_never_follows_a_log_out_of_the_directory(make_job, open_socket, tmp_path):
    job, address = await make_job(log="mine\n")
    secret = tmp_path / "secret"
    secret.write_text("mine\nnobody's business\n")
    async with open_socket(address) as socket:
        assert (await socket.frame())["text"] == "mine\n"
        link = job.directory / "link"
        link.symlink_to(secret)
        link.rename(job.directory / "output.log")
        assert await socket.frame() is None
        assert socket.closed == 4404


async def test_it_follows_progress_too(make_job, open_socket):
    job, address = await make_job()
    (job.directory / "progress.jsonl").write_text('{"iteration": 1}\n')
    async with open_socket(address.replace("/log/", "/progress/")) as socket:
        assert (await socket.frame())["events"] == [{"iteration": 1}]


async def test_nobody_anonymous(make_job, open_socket):
    _, address = await make_job()
    async with open_socket(address, user=None) as socket:
        assert await socket.frame() is None
        assert socket.closed == 4401
