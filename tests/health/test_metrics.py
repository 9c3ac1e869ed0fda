"""What Prometheus is told, and who may ask."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from runs.accounts.tokens import make_token, revoke_token
from runs.contract.status import Status
from runs.health.launches import LAUNCH_SECONDS, Launches
from runs.lifecycle.transitions import transition
from runs.models import Root, Run, Supervisor


@pytest.fixture
def here(client, db):
    """A client that asks for this machine by its own name."""
    client.defaults["HTTP_HOST"] = "localhost:8000"
    return client


@pytest.fixture
def told(here):
    """Samples of one scrape: `told()["fusionweb_runs", "status=running"]`."""

    def scrape():
        answer = here.get("/metrics")
        assert answer.status_code == 200
        return {
            (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))):
                sample.value
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
        }  # fmt: skip

    return scrape


def test_it_counts_runs_by_status(told, run_row):
    run_row(status="running")
    run_row(status="failed")
    run_row(status="failed")
    samples = told()
    assert samples["fusionweb_runs", "status=failed"] == 2
    assert samples["fusionweb_runs", "status=running"] == 1
    assert samples["fusionweb_runs", "status=lost"] == 0


def test_it_tells_stale_jobs_from_those_that_run(told, job_row):
    now = timezone.now()
    job_row(status="running", heartbeat_at=now)
    job_row(status="running", heartbeat_at=now - timedelta(hours=1))
    samples = told()
    assert samples["fusionweb_jobs", "status=running"] == 1
    assert samples["fusionweb_jobs", "status=stale"] == 1


def test_it_tells_how_long_the_queue_is_and_how_old(told, run_row):
    assert told()["fusionweb_queue_oldest_seconds",] == 0
    run_row()
    old = run_row()
    Run.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(minutes=10))
    samples = told()
    assert samples["fusionweb_queue_length",] == 2
    assert 600 <= samples["fusionweb_queue_oldest_seconds",] < 630
    assert samples["fusionweb_slots",] == 2


def test_it_tells_of_supervisors_by_their_newest_on_each_host(told):
    now = timezone.now()
    for name, age in (("new", 1), ("old", 500)):
        Supervisor.objects.create(
            name=name, host="lab", pid=1, slots=3, heartbeat_at=now - timedelta(seconds=age)
        )
    samples = told()
    assert samples["fusionweb_supervisors_alive",] == 1
    assert 1 <= samples["fusionweb_supervisor_heartbeat_age_seconds", "host=lab"] < 30


def test_it_tells_of_scans(told, status_root):
    Root.objects.filter(pk=status_root.pk).update(
        state="ready", scan_seconds=1.5, scan_done=7, fault_count=2, scanned_at=timezone.now()
    )
    labels = ("kind=status", f"root={status_root.path}")
    samples = told()
    assert samples["fusionweb_scan_seconds", *labels] == 1.5
    assert samples["fusionweb_scan_rows", *labels] == 7
    assert samples["fusionweb_root_faults", *labels] == 2
    assert samples["fusionweb_root_up", *labels] == 1
    assert 0 <= samples["fusionweb_scan_age_seconds", *labels] < 30


def test_it_tells_of_a_root_that_is_missing(told, status_root):
    Root.objects.filter(pk=status_root.pk).update(state="missing")
    samples = told()
    assert samples["fusionweb_root_up", "kind=status", f"root={status_root.path}"] == 0
    assert ("fusionweb_disk_free_bytes", f"path={status_root.path}") not in samples


def test_it_tells_of_disk_and_database(told, settings):
    samples = told()
    path = f"path={settings.FUSIONWEB_DATA}"
    assert samples["fusionweb_disk_free_bytes", path] > 0
    assert samples["fusionweb_disk_free_bytes", path] < samples["fusionweb_disk_total_bytes", path]
    assert samples["fusionweb_database_bytes",] > 100_000
    assert samples["fusionweb_database_up",] == 1


def test_it_counts_its_own_requests(told, client):
    client.get("/health/ready")
    counted = ("method=GET", "route=health/ready")
    before = told()["fusionweb_http_requests_total", *counted, "status=503"]
    client.get("/health/ready")
    samples = told()
    assert samples["fusionweb_http_requests_total", *counted, "status=503"] == before + 1
    assert samples["fusionweb_http_request_seconds_count", *counted] >= before + 1
    assert samples["process_resident_memory_bytes",] > 0


def test_it_goes_on_telling_of_itself_without_a_database(told):
    def refuse(execute, *args):
        raise OperationalError("gone")

    with connection.execute_wrapper(refuse):
        samples = told()
    assert samples["fusionweb_database_up",] == 0
    assert samples["process_resident_memory_bytes",] > 0


def test_it_has_no_help_or_type_twice(here):
    lines = here.get("/metrics").content.decode().splitlines()
    assert len(lines) > 50
    said = [line for line in lines if line.startswith("#")]
    assert len(said) == len(set(said))


def launched(run, seconds):
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(seconds=seconds))
    transition(run, to=Status.RUNNING, sources={Status.PENDING}, reason="")


def observed(launches):
    before = sums()
    launches.observe()
    return tuple(now - then for now, then in zip(sums(), before, strict=True))


def sums():
    (family,) = LAUNCH_SECONDS.collect()
    values = {sample.name.rpartition("_")[2]: sample.value for sample in family.samples}
    return values["count"], values["sum"]


def test_it_observes_each_launch_once(run_row):
    launches = Launches()
    launched(run_row(), 5)
    assert observed(launches) == (0, 0)
    launched(run_row(), 20)
    launched(run_row(), 40)
    count, seconds = observed(launches)
    assert count == 2
    assert 60 <= seconds < 70
    assert observed(launches) == (0, 0)


def test_it_passes_over_launches_of_runs_that_are_deleted(run_row):
    launches = Launches()
    launches.observe()
    gone, stays = run_row(), run_row()
    launched(gone, 5)
    Run.objects.filter(pk=gone.pk).delete()
    launched(stays, 7)
    count, seconds = observed(launches)
    assert count == 1
    assert 7 <= seconds < 12


def bearer(owner, *scopes):
    token, text = make_token(owner=owner, label="scrape", scopes=scopes)
    return token, {"Authorization": f"Bearer {text}"}


@pytest.mark.parametrize("near", ["127.0.0.1", "127.8.8.8", "::1"])
def test_it_tells_this_machine(here, near):
    assert here.get("/metrics", REMOTE_ADDR=near).status_code == 200


@pytest.mark.parametrize("far", ["10.0.0.7", "192.168.1.1", "2001:db8::1", ""])
def test_it_tells_no_other_machine(here, far):
    answer = here.get("/metrics", REMOTE_ADDR=far)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert b"fusionweb_runs" not in answer.content


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"]
)
def test_it_tells_nobody_who_comes_through_a_proxy_on_this_machine(here, name):
    assert here.get("/metrics", headers={name: "127.0.0.1"}).status_code == 401


def test_it_tells_nobody_who_asks_by_the_public_name(here, settings):
    settings.ALLOWED_HOSTS = ["lab.example"]
    assert here.get("/metrics", headers={"Host": "lab.example"}).status_code == 401


def test_it_tells_nobody_by_a_session(here, staff):
    here.force_login(staff)
    assert here.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 401


def test_it_tells_a_token_of_staff(here, staff):
    _, headers = bearer(staff, "read")
    assert here.get("/metrics", headers=headers, REMOTE_ADDR="10.0.0.7").status_code == 200


def test_it_tells_no_token_of_a_member(here, member):
    _, headers = bearer(member, "read", "run", "admin")
    assert here.get("/metrics", headers=headers, REMOTE_ADDR="10.0.0.7").status_code == 403


def test_it_tells_no_token_without_the_scope(here, staff):
    _, headers = bearer(staff, "run")
    assert here.get("/metrics", headers=headers, REMOTE_ADDR="10.0.0.7").status_code == 403


def test_it_tells_no_token_that_is_revoked(here, staff):
    token, headers = bearer(staff, "read")
    revoke_token(actor=staff, token=token)
    answer = here.get("/metrics", headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("junk", ["Bearer", "Bearer ", "Basic abc", "fw_x", "Bearer \xff\xfe"])
def test_it_refuses_what_is_no_token(here, junk):
    assert here.get("/metrics", headers={"Authorization": junk}).status_code == 401


def test_it_only_answers(here):
    assert here.post("/metrics").status_code == 405
