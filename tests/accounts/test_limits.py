"""So many runs a minute, by a person and from an address."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.utils import timezone

from runs.accounts import limits
from runs.accounts.limits import client_of, counted, require_rate
from runs.accounts.tokens import make_token
from runs.asking import Asker, asking
from runs.errors import TooManyRequests
from runs.models import Run

HERE = Asker("trace", "10.0.0.1")


@pytest.fixture
def three(settings):
    settings.FUSIONWEB_RUNS_PER_MINUTE = 3


def test_it_lets_three_runs_through_and_says_when_the_next(three, run_row, member):
    for _ in range(3):
        require_rate(member)
        run_row()
    with pytest.raises(TooManyRequests) as refused:
        require_rate(member)
    assert 55 < refused.value.retry_after_seconds <= 60


def test_it_counts_each_person_alone(three, run_row, other_member):
    for _ in range(3):
        run_row()
    require_rate(other_member)


def test_it_forgets_after_a_minute(three, run_row, member):
    for _ in range(3):
        run_row()
    Run.objects.update(created_at=timezone.now() - timedelta(seconds=61))
    require_rate(member)


def test_it_says_when_the_oldest_leaves_the_window(three, run_row, member):
    for seconds in (50, 20, 1):
        run = run_row()
        Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(seconds=seconds))
    with pytest.raises(TooManyRequests) as refused:
        require_rate(member)
    assert 8 <= refused.value.retry_after_seconds <= 10


def test_it_counts_requests_of_an_address_whoever_sends_them(three, member, other_member):
    with asking(HERE):
        for who in (member, other_member, member):
            require_rate(who)
        with pytest.raises(TooManyRequests):
            require_rate(other_member)
    with asking(Asker("trace", "10.0.0.2")):
        require_rate(member)


def test_it_counts_nobody_whose_address_it_does_not_know(three, member):
    for _ in range(5):
        require_rate(member)


def test_it_takes_a_network_of_ipv6_for_one_client():
    assert client_of("2001:db8:1:2:aaaa::1") == client_of("2001:db8:1:2:bbbb::9")
    assert client_of("2001:db8:1:2::1") != client_of("2001:db8:1:3::1")
    assert client_of("10.0.0.1") != client_of("10.0.0.2")


def test_it_counts_up_and_each_key_alone():
    assert [counted("a"), counted("a"), counted("b"), counted("a")] == [1, 2, 1, 3]


def test_a_broker_that_is_down_locks_nobody_out(settings, three, member):
    settings.CACHES = {
        **settings.CACHES,
        "shared": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        },
    }
    assert isinstance(caches["shared"].default_timeout, int)
    with asking(HERE):
        for _ in range(5):
            require_rate(member)
    assert limits.counted("x") == 0


@pytest.fixture
def launched(client, member, script_program):
    program = script_program("print(1)")
    client.force_login(member)

    def launch(**extra):
        return client.post(
            "/runs/new/",
            {
                "program": program.slug, "name": "try", "project": "optics", "group": "k5",
                "priority": "0", "config": "[a]\nb = 1\n",
            },
            **extra,
        )  # fmt: skip

    return launch


def test_the_launch_pad_says_so_and_keeps_what_was_typed(three, launched):
    assert [launched().status_code for _ in range(3)] == [302, 302, 302]
    refused = launched()
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 50
    page = refused.content.decode()
    assert "3 runs within a minute" in page
    assert 'value="k5"' in page
    assert Run.objects.count() == 3


def test_a_retry_is_a_run_as_well(three, launched, client, run_row):
    runs = [run_row(status="failed") for _ in range(3)]
    refused = client.post(f"/runs/{runs[0].pk}/retry/")
    assert refused.status_code == 429
    assert "Retry-After" in refused
    many = client.post("/runs/actions/", {"action": "retry", "run": [run.pk for run in runs]})
    assert many.status_code == 429
    assert Run.objects.count() == 3


def test_cancelling_is_not_counted(three, launched, client, run_row):
    runs = [run_row() for _ in range(4)]
    assert client.post(f"/runs/{runs[0].pk}/cancel/").status_code == 302


def test_the_api_says_the_same_in_its_own_shape(three, client, member, run_row):
    runs = [run_row(status="failed") for _ in range(3)]
    _, text = make_token(owner=member, label="script", scopes=["run"])
    answer = client.post(
        f"/api/v1/runs/{runs[0].pk}/retry", headers={"Authorization": f"Bearer {text}"}
    )
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "too_many_requests"
    assert int(answer["Retry-After"]) > 50
