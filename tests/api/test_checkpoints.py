"""Checkpoints over HTTP: lists, one of them, its files."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.utils import timezone

from runs.models import Project, Root
from tests.cleanup.conftest import disk_checkpoint  # noqa: F401

NAME = "/checkpoints/gpt/baselines/lm_small"


def ids(response):
    assert response.status_code == 200, response.content
    return [item["id"] for item in response.json()["items"]]


def test_it_lists_the_newest_first(script, checkpoint_row):
    now = timezone.now()
    old = checkpoint_row(saved_at=now - timedelta(days=1))
    new = checkpoint_row(saved_at=now, steps=4, score=0.5, size_bytes=9, unix_owner="ada")
    checkpoint_row(gone_at=now)
    answer = script.get("/checkpoints")
    assert ids(answer) == [new.pk, old.pk]
    assert answer.json()["total"] == 2
    item = answer.json()["items"][0]
    assert (item["steps"], item["score"], item["size_bytes"], item["owner"]) == (4, 0.5, 9, "ada")
    assert (item["decision"], item["pinned"], item["reviewed_by"]) == ("unreviewed", False, None)
    assert (item["review_mark"], item["latest"]) == ("never", None)
    assert "metrics" not in item


@pytest.mark.parametrize(
    "query",
    [
        {"project": "bert"},
        {"group": "ablation"},
        {"job_name": "other"},
        {"review": "approved"},
        {"complete": "false"},
        {"latest": "true"},
        {"gone": "true"},
        {"fault": "true", "gone": "true"},
        {"search": "other", "gone": "true"},
        {"since": "2026-01-01", "gone": "true"},
    ],
)
def test_it_narrows_as_the_page_does(script, checkpoint_row, query):
    checkpoint_row(saved_at=timezone.now().replace(year=2025))
    odd = checkpoint_row(
        project="bert", group="ablation", name="other", decision="approved", complete=False,
        latest="file", fault="not JSON", saved_at=timezone.now().replace(year=2026),
        gone_at=timezone.now() if "gone" in query else None, search_text="other",
    )  # fmt: skip
    assert ids(script.get("/checkpoints", **query)) == [odd.pk]
    assert script.get("/checkpoints/summary", **query).json()["count"] == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"review": "maybe"}, "review"),
        ({"complete": "perhaps"}, "complete"),
        ({"root": "x"}, "root"),
        ({"root": str(10**20)}, "root"),
        ({"order": "metrics"}, "order"),
        ({"since": "1-1-1"}, "since"),
        ({"name": "lm_small"}, "name"),
    ],
)
def test_it_refuses_what_it_does_not_know(script, query, field):
    response = script.get("/checkpoints", **query)
    assert response.status_code == 422
    assert field in response.json()["error"]["field"]


@pytest.mark.parametrize("order", ["-saved_at", "name", "-size_bytes", "steps", "-score"])
def test_it_has_each_on_one_page(script, checkpoint_row, order):
    made = {checkpoint_row(size_bytes=n, steps=n % 2, score=n / 3).pk for n in range(5)}
    seen, cursor = [], ""
    while cursor is not None:
        page = script.get("/checkpoints", order=order, limit=2, cursor=cursor).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert set(seen) == made
    assert len(seen) == len(made)


def test_it_sorts_by_score_what_has_one(script, checkpoint_row):
    low, high = checkpoint_row(score=0.1), checkpoint_row(score=0.9)
    checkpoint_row(score=None)
    assert ids(script.get("/checkpoints", order="-score")) == [high.pk, low.pk]
    assert script.get("/checkpoints", order="-score", cursor="nan~1").status_code in (200, 422)


def test_it_adds_up_what_the_filters_leave(script, checkpoint_row):
    checkpoint_row(size_bytes=5)
    checkpoint_row(size_bytes=7, project="bert")
    checkpoint_row(size_bytes=None, project="bert")
    total = script.get("/checkpoints/summary").json()
    assert total == {"count": 3, "size_bytes": 12, "unmeasured": 1}
    narrowed = script.get("/checkpoints/summary", project="bert").json()
    assert narrowed == {"count": 2, "size_bytes": 7, "unmeasured": 1}
    assert script.get("/checkpoints/summary", order="name").status_code == 422


def test_it_lists_those_of_one_name_and_the_latest(script, checkpoint_row):
    first = checkpoint_row(saved_at=timezone.now() - timedelta(hours=1))
    best = checkpoint_row(latest="file")
    checkpoint_row(name="other")
    answer = script.get(NAME)
    assert ids(answer) == [best.pk, first.pk]
    assert answer.json()["latest"]["id"] == best.pk
    assert answer.json()["latest"]["latest"] == "file"
    missing = script.get("/checkpoints/gpt/baselines/nothing")
    assert missing.json()["error"]["code"] == "checkpoint_not_found"


def test_it_reads_the_latest(script, checkpoint_row):
    checkpoint_row()
    none = script.get(f"{NAME}/latest")
    assert (none.status_code, none.json()["error"]["code"]) == (404, "checkpoint_not_found")
    latest = checkpoint_row(latest="fallback", metrics={"steps": 1, "loss": None})
    answer = script.get(f"{NAME}/latest").json()
    assert (answer["id"], answer["latest"]) == (latest.pk, "fallback")
    assert answer["metrics"] == {"steps": 1, "loss": None}


def test_it_takes_the_latest_of_the_first_root(script, checkpoint_row, tmp_path):
    later = Root.objects.create(path=str(tmp_path / "b"), kind=Root.Kind.CHECKPOINTS, position=1)
    elsewhere = checkpoint_row(latest="file", root=later)
    here = checkpoint_row(latest="file", saved_at=timezone.now() - timedelta(days=9))
    assert script.get(f"{NAME}/latest").json()["id"] == here.pk
    assert script.get(f"{NAME}/latest", root=later.pk).json()["id"] == elsewhere.pk


SUFFIXES = [
    "best", "ntoks/134217728", "config", "review", "job-spec", "latest", "ntoks/config",
    "ntoks/latest", "ntoks/review", "final/job-spec", "~latest", "ntoks/~config", "latest/config",
    "a b", "ä/ö", "100%", "x?y#z", "x;y", "line\nend", "'\"<b>", "summary", "a//b",
]  # fmt: skip


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_it_reaches_a_checkpoint_whatever_its_suffix_by_the_address_it_told(
    script, staff_script, checkpoint_row, suffix
):
    row = checkpoint_row(suffix=suffix)
    address = f"/checkpoints/{script.get('/checkpoints').json()['items'][0]['address']}"
    assert script.get(address).json()["suffix"] == suffix
    config = script.get(f"{address}/config")
    assert config.json()["error"]["code"] == "artifact_not_found"
    reviewed = staff_script.post(f"{address}/review", {"decision": "approved"})
    assert reviewed.json()["id"] == row.pk
    assert staff_script.delete(address).json()["error"]["code"] == "checkpoint_pinned"


def test_it_names_the_root_in_the_address_of_one_under_a_later_root(
    script, checkpoint_row, tmp_path
):
    later = Root.objects.create(path=str(tmp_path / "b"), kind=Root.Kind.CHECKPOINTS, position=1)
    row = checkpoint_row(suffix="best", root=later)
    checkpoint_row(suffix="best")
    address = script.get("/checkpoints", root=later.pk).json()["items"][0]["address"]
    answer = script.client.get(f"/api/v1/checkpoints/{address}")
    assert answer.json()["id"] == row.pk


def test_it_takes_our_words_for_ours(script, disk_checkpoint):  # noqa: F811
    row = disk_checkpoint(suffix="ntoks/5", latest="file")
    config = script.get(f"{NAME}/ntoks/5/config").json()
    assert config == {
        "name": "config.yaml", "format": "yaml", "text": "optimization:\n  lr: 0.0003\n",
        "cut": False,
    }  # fmt: skip
    assert script.get(f"{NAME}/latest/config").json() == config
    assert script.get(f"{NAME}/latest").json()["id"] == row.pk
    spec = script.get(f"{NAME}/ntoks/5/job-spec").json()
    assert (spec["name"], spec["format"]) == ("job.json", "json")
    assert '"id": "0a1b2c3d"' in spec["text"]


def test_it_says_which_file_a_checkpoint_does_not_have(script, checkpoint_row):
    checkpoint_row(suffix="best")
    for part in ("config", "job-spec"):
        response = script.get(f"{NAME}/best/{part}")
        assert (response.status_code, response.json()["error"]["code"]) == (
            404, "artifact_not_found",
        )  # fmt: skip
    assert script.get(f"{NAME}/nothing/config").json()["error"]["code"] == "checkpoint_not_found"


def test_it_reads_no_file_that_leads_elsewhere(script, disk_checkpoint, tmp_path):  # noqa: F811
    row = disk_checkpoint(suffix="best")
    (tmp_path / "secret").write_text("secret of the server")
    (row.directory / "job.json").unlink()
    (row.directory / "job.json").symlink_to(tmp_path / "secret")
    response = script.get(f"{NAME}/best/job-spec")
    assert response.status_code == 404
    assert b"secret" not in response.content


@pytest.mark.parametrize("suffix", ["../../etc", "..%2f..", "%2e%2e/x", "a%00", "best/../best"])
def test_it_takes_a_suffix_for_a_key_and_never_for_a_path(script, disk_checkpoint, suffix):  # noqa: F811
    disk_checkpoint(suffix="best")
    for part in ("", "/config", "/job-spec"):
        assert script.get(f"{NAME}/{suffix}{part}").status_code == 404


def test_it_hides_checkpoints_of_a_closed_project(script, staff_script, checkpoint_row):
    Project.objects.create(slug="secret", is_open=False)
    checkpoint_row(project="secret", suffix="best", latest="file", size_bytes=5)
    assert ids(script.get("/checkpoints")) == []
    assert script.get("/checkpoints/summary").json()["count"] == 0
    base = "/checkpoints/secret/baselines/lm_small"
    for path in ("", "/latest", "/best", "/best/config", "/best/job-spec", "/latest/config"):
        hidden = script.get(f"{base}{path}")
        nowhere = script.get(f"/checkpoints/nothing/baselines/lm_small{path}")
        assert hidden.status_code == nowhere.status_code == 404
        assert hidden.json()["error"]["message"] == nowhere.json()["error"]["message"]
    assert script.post(f"{base}/best/review", {"decision": "approved"}).status_code == 404
    assert script.delete(f"{base}/best").status_code == 404
    assert script.delete(base).status_code == 404
    assert len(ids(staff_script.get("/checkpoints"))) == 1


def test_it_finds_a_name_whatever_it_is(script, checkpoint_row):
    row = checkpoint_row(project="a b", group="c?d", name="é%", suffix="best")
    parts = "/".join(quote(part, safe="") for part in ("a b", "c?d", "é%"))
    assert ids(script.get(f"/checkpoints/{parts}")) == [row.pk]
