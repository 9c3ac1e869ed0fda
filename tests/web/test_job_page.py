"""The page of a job: every tab, whatever its directory holds."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from runs.models import Job, Root
from tests.disk import write_job

WANDB = "WANDB | \x1b[1mrun\x1b[0m lm_small url=https://wandb.ai/lab/gpt/runs/abc123\n"


@pytest.fixture
def job(client, member, job_row, settings):
    """A job with its files, and a client that is logged in."""
    client.force_login(member)
    job = job_row(run_id="r1", status="completed", started_at=timezone.now())
    write_job(settings.FUSIONWEB_STATUS_DIRS[0], run_id="r1", log="first\nlast\n")
    return job


def show(client, job, tab="", **query):
    answer = client.get(job.get_absolute_url(), {"tab": tab, **query})
    assert answer.status_code == 200
    return answer.content.decode()


TABS = ["overview", "log", "artifacts", "configuration"]


def test_it_asks_for_a_login(client, job_row):
    assert client.get(job_row().get_absolute_url()).status_code == 302


def test_it_shows_where_it_runs_and_what_it_wrote_last(client, job):
    Job.objects.update(chip="h100", total_chips=8, hosts=" n01 n02 ", slurm_job_id="4000182")
    html = show(client, job)
    for words in ("h100 × 8", "on n01, n02", "Slurm 4000182", "last", "total chips"):
        assert words in html


@pytest.mark.parametrize("tab", TABS)
def test_it_shows_each_tab_where_the_directory_is_gone(client, member, job_row, tab):
    client.force_login(member)
    html = show(client, job_row(), tab)
    assert tab == "log" or "no longer on disk" in html or "gone from disk" in html


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\x00", b'{"hardware": 3, "config": []}']
)
@pytest.mark.parametrize("tab", ["overview", "configuration"])
def test_it_shows_a_job_whose_metadata_is_junk(client, job, tab, content):
    (job.directory / "metadata.json").write_bytes(content)
    assert "Facts" in show(client, job, tab) or tab == "configuration"


def test_it_says_on_top_what_could_not_be_read(client, job):
    Job.objects.update(fault="metadata.json is larger than 8 MiB.")
    assert "metadata.json is larger than 8 MiB." in show(client, job, "log")


def test_it_says_since_when_nothing_was_heard_of_a_stale_job(client, job):
    Job.objects.update(status="running", heartbeat_at=timezone.now() - timedelta(hours=2))
    assert "silent for" in show(client, job)
    header = client.get(f"{job.get_absolute_url()}header/").content.decode()
    assert 'data-status="stale"' in header and "<html" not in header


def test_it_leads_to_the_run_that_ordered_it(client, job, run_row):
    run = run_row(name="ordered")
    Job.objects.update(ordered_run=run)
    assert f'href="/runs/{run.pk}/"' in show(client, job)


def test_it_lists_the_other_runs_of_the_same_name(client, job, job_row):
    job_row(run_id="r2", status="failed")
    job_row(run_id="elsewhere", name="other")
    html = show(client, job)
    assert "/jobs/gpt/baselines/lm_small/r2/" in html
    assert "elsewhere" not in html


def test_it_lists_the_checkpoints_of_its_name(client, job, checkpoint_row):
    checkpoint_row(suffix="final/1073741824", size_bytes=4_000_000_000)
    checkpoint_row(suffix="gone", gone_at=timezone.now())
    checkpoint_row(suffix="foreign", name="other")
    html = show(client, job)
    assert "final/1073741824" in html and "4.0 GB" in html
    assert "foreign" not in html and ">gone<" not in html


def test_it_links_the_address_the_log_names(client, job):
    (job.directory / "output.log").write_text("hello\n" + WANDB)
    html = show(client, job)
    assert 'href="https://wandb.ai/lab/gpt/runs/abc123" rel="noopener noreferrer"' in html


@pytest.mark.parametrize(
    "line",
    [
        "WANDB | url=javascript:alert(1)",
        "url=https://no.mark/",
        'WANDB url=https://a.b/"onclick="x',
        "x" * 300_000 + WANDB,
    ],
)
def test_it_links_nothing_else(client, job, line):
    (job.directory / "output.log").write_text(line)
    html = show(client, job)
    assert 'href="javascript' not in html and '"onclick' not in html
    assert 'href="https://no.mark' not in html and "wandb.ai" not in html.split("log-last")[0]


def test_it_shows_the_configuration_of_the_metadata(client, job):
    write_job(job.root.directory, run_id="r1", config={"optimization": {"lr": 0.25, "x": "<b>"}})
    html = show(client, job, "configuration")
    assert "metadata.json" in html and "0.25" in html and "<b>" not in html


def test_it_shows_the_configuration_file_where_the_metadata_has_none(client, job):
    write_job(job.root.directory, run_id="r1", config=None)
    (job.directory / "config.yaml").write_text("optimization:\n  lr: 0.5\n")
    html = show(client, job, "configuration")
    assert "config.yaml" in html and "0.5" in html


def test_it_offers_progress_where_there_is_some(client, job):
    assert "tab=progress" not in show(client, job)
    events = [{"erlang": 300.0, "iteration": n, "blocking_prob": 0.02 * n} for n in (1, 2)]
    (job.directory / "progress.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events))
    assert "blocking prob" in show(client, job, "progress")
    part = show(client, job, "progress", part="figures")
    assert "<html" not in part and "chart-data" in part


def test_it_lists_files_and_looks_into_them(client, job):
    (job.directory / "output").mkdir()
    (job.directory / "output" / "results.csv").write_text("a,b\n1,2\n")
    assert "results.csv" in show(client, job, "artifacts", path="output")
    assert "<td" in show(client, job, "artifacts", path="output/results.csv")
    address = f"{job.get_absolute_url()}artifacts/{job.root_id}/output/results.csv"
    assert address in show(client, job, "artifacts", path="output")
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("path", ["../../../other", "%2e%2e/x", "/etc/passwd", "out", ".hidden"])
def test_no_address_of_a_file_leads_out_of_the_directory(client, job, tmp_path, path):
    (tmp_path / "secret").write_text("nobody's business")
    (job.directory / "out").symlink_to(tmp_path / "secret")
    (job.directory / ".hidden").write_text("x")
    base = f"{job.get_absolute_url()}artifacts/{job.root_id}/"
    assert client.get(base + path).status_code == 404
    assert client.get(job.get_absolute_url(), {"tab": "artifacts", "path": path}).status_code == 404


def link_output_log(job, secret):
    (job.directory / "output.log").unlink()
    (job.directory / "output.log").symlink_to(secret)


def link_the_directory(job, secret):
    job.directory.rename(job.directory.with_name("moved"))
    job.directory.symlink_to(secret.parent)


def link_the_project(job, secret):
    project = job.directory.parent.parent.parent
    project.rename(project.with_name("moved"))
    target = secret.parent.joinpath(*job.path.parts[1:])
    target.parent.mkdir(parents=True)
    secret.parent.joinpath(*job.path.parts[1:3], "r1").symlink_to(secret.parent)
    project.symlink_to(secret.parent)


@pytest.mark.parametrize("link", [link_output_log, link_the_directory, link_the_project])
def test_no_symlink_leads_a_log_out_of_the_directory(client, job, tmp_path, link):
    secret = tmp_path / "elsewhere" / "output.log"
    secret.parent.mkdir()
    secret.write_text("nobody's business\n")
    (secret.parent / "config.ini").write_text("nobody's business\n")
    link(job, secret)
    for tab in TABS:
        assert "business" not in show(client, job, tab)
    address = job.get_absolute_url()
    for view in ("lines/?tail=5", "lines/?from_offset=0", "search/?q=business", "raw/"):
        answer = client.get(f"{address}log/{view}")
        assert answer.status_code == 404 and b"business" not in answer.content


def test_a_link_inside_of_the_directory_is_followed(client, job):
    (job.directory / "output.log").rename(job.directory / "slurm.out")
    (job.directory / "output.log").symlink_to("slurm.out")
    assert "last" in show(client, job, "log")


@pytest.mark.parametrize(
    "key", ["a/b/c/d", "gpt/baselines/lm_small/..", "%2e%2e/x/y/z", "gpt/b/c/%00"]
)
def test_it_knows_no_job_but_those_of_the_table(client, job, key):
    assert client.get(f"/jobs/{key}/").status_code == 404
    assert client.get(f"/jobs/{key}/log/raw/").status_code == 404


def test_it_shows_the_job_of_the_root_asked_for(client, job, job_row, tmp_path):
    other = Root.objects.create(path=str(tmp_path / "b"), kind=Root.Kind.STATUS, position=1)
    second = job_row(run_id="r1", root=other)
    write_job(tmp_path / "b", run_id="r1", log="of the second\n")
    html = client.get(second.get_absolute_url() + "&tab=log").content.decode()
    assert "of the second" in html
    for part in (f"log/lines/?root={other.pk}&amp;", f"/?root={other.pk}&amp;tab=artifacts"):
        assert part in html
    assert "of the second" not in show(client, job, "log")
    assert client.get(job.get_absolute_url(), {"root": "junk"}).status_code == 200
    assert client.get(job.get_absolute_url(), {"root": "99"}).status_code == 404


def test_it_gives_htmx_the_tab_alone(client, job):
    answer = client.get(f"{job.get_absolute_url()}?tab=log", headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert "<html" not in html and 'data-tab="log"' in html


def test_it_allows_nothing_inline(client, job):
    for tab in TABS:
        html = show(client, job, tab)
        assert " style=" not in html and " onclick=" not in html


def test_staff_may_delete_a_job_from_its_page(client, staff, job_row):
    client.force_login(staff)
    html = show(client, job_row(status="failed"))
    assert 'action="/jobs/actions/"' in html
    assert 'value="delete"' in html


def test_nobody_is_offered_to_delete_what_runs(client, staff, job_row):
    client.force_login(staff)
    running = job_row(status="running", heartbeat_at=timezone.now())
    assert 'value="delete"' not in show(client, running)


def test_a_member_is_not_offered_to_delete_a_job(client, member, job_row):
    client.force_login(member)
    assert 'value="delete"' not in show(client, job_row(status="failed"))


def test_an_outcome_without_a_reason_is_said_to_be_the_programs_word(client, member, job_row):
    client.force_login(member)
    assert "as its program wrote" in show(client, job_row(status="failed", reason=""))
