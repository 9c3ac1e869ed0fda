"""Staff review and delete checkpoints over HTTP."""

import pytest

from runs.models import Checkpoint, Event, Review, Run, Trash
from tests.api.conftest import Script
from tests.cleanup.conftest import disk_checkpoint  # noqa: F401

NAME = "/checkpoints/gpt/baselines/lm_small"


@pytest.fixture
def row(checkpoint_row):
    return checkpoint_row(suffix="best")


def review(script, **body):
    return script.post(f"{NAME}/best/review", body)


def test_it_approves_and_pins(staff_script, row, staff):
    answer = review(staff_script, decision="approved", note="good")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["decision"], told["pinned"], told["review_note"]) == ("approved", True, "good")
    assert (told["reviewed_by"], told["reviewed_at"] is None) == ("root", False)
    assert Review.objects.get().by == staff
    assert Event.objects.filter(kind="checkpoint.approved").exists()
    assert staff_script.get(f"{NAME}/best").json() == told


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"decision": "maybe"},
        {"decision": "rejected"},
        {"decision": "rejected", "note": "   "},
        {"decision": "approved", "note": "x" * 100_001},
        {"decision": "approved", "unknown": 1},
        {"decision": "approved", "unpin": "perhaps"},
        {"decision": ["approved"]},
    ],
)
def test_it_decides_nothing_upon_what_it_does_not_understand(staff_script, row, body):
    assert staff_script.post(f"{NAME}/best/review", body).status_code == 422
    assert not Review.objects.exists()


def test_it_changes_nothing_where_somebody_has_decided_since(staff_script, row):
    seen = staff_script.get(f"{NAME}/best").json()["review_mark"]
    assert review(staff_script, decision="approved", seen=seen).status_code == 200
    late = review(staff_script, decision="unreviewed", unpin=True, seen=seen)
    assert (late.status_code, late.json()["error"]["code"]) == (409, "conflict")
    row.refresh_from_db()
    assert row.decision == "approved"


def test_it_lets_a_pin_go_only_when_told(staff_script, row):
    review(staff_script, decision="approved")
    refused = review(staff_script, decision="rejected", note="bad")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "checkpoint_pinned")
    assert review(staff_script, decision="rejected", note="bad", unpin=True).status_code == 200


def test_it_does_not_approve_what_is_incomplete(staff_script, row):
    Checkpoint.objects.update(complete=False)
    assert review(staff_script, decision="approved").status_code == 409


def test_it_reviews_a_checkpoint_by_its_name_and_never_the_latest(staff_script, row):
    Checkpoint.objects.update(latest="file")
    response = staff_script.post(f"{NAME}/latest/review", {"decision": "approved"})
    assert response.status_code == 404
    assert staff_script.delete(f"{NAME}/latest").status_code == 405


def test_it_lets_members_neither_review_nor_delete(script, row):
    assert review(script, decision="approved").status_code == 403
    assert script.delete(f"{NAME}/best").status_code == 403
    assert script.delete(NAME).status_code == 403
    assert not Review.objects.exists()


@pytest.mark.parametrize("scopes", [["read"], ["read", "run"], ["admin"]])
def test_it_reviews_only_with_a_token_for_that(staff, row, scopes):
    assert review(Script(staff, scopes), decision="approved").status_code == 403


@pytest.mark.parametrize("scopes", [["read"], ["read", "run"], ["read", "review"]])
def test_it_deletes_only_with_a_token_for_that(staff, row, scopes):
    assert Script(staff, scopes).delete(f"{NAME}/best").status_code == 403
    assert Script(staff, scopes).delete(NAME).status_code == 403


def test_it_moves_one_into_the_trash(staff_script, disk_checkpoint):  # noqa: F811
    row = disk_checkpoint(suffix="ntoks/5")
    answer = staff_script.delete(f"{NAME}/ntoks/5")
    assert answer.status_code == 200
    assert answer.json()["trash_id"] == Trash.objects.get().pk
    assert answer.json()["label"] == str(row)
    assert not row.directory.exists()
    assert staff_script.delete(f"{NAME}/ntoks/5").status_code == 404


def test_it_deletes_all_of_a_name_but_what_is_pinned_or_used(
    staff_script, disk_checkpoint, checkpoint_row, make_run  # noqa: F811
):  # fmt: skip
    going = disk_checkpoint(suffix="best")
    pinned = disk_checkpoint(suffix="final", pinned=True, decision="approved")
    used = disk_checkpoint(suffix="used")
    other = checkpoint_row(name="other")
    Run.objects.filter(pk=make_run().pk).update(resume_from=str(used.directory))
    answer = staff_script.delete(NAME).json()
    assert [each["label"] for each in answer["deleted"]] == [str(going)]
    kept = {sentence.partition(":")[0] for sentence in answer["kept"]}
    assert kept == {"final", "used"}
    assert "final: pinned: approved." in answer["kept"]
    assert answer["left"] == 0
    assert set(Checkpoint.objects.values_list("pk", flat=True)) == {pinned.pk, used.pk, other.pk}
    assert pinned.directory.exists()
    assert not going.directory.exists()


def test_it_deletes_what_lies_below_along_with_it(staff_script, disk_checkpoint):  # noqa: F811
    disk_checkpoint(suffix="run")
    disk_checkpoint(suffix="run/load_3")
    answer = staff_script.delete(NAME).json()
    assert [each["label"].rpartition("/")[2] for each in answer["deleted"]] == ["run"]
    assert not Checkpoint.objects.exists()


def test_it_keeps_what_holds_something_pinned(staff_script, disk_checkpoint):  # noqa: F811
    disk_checkpoint(suffix="run")
    inner = disk_checkpoint(suffix="run/load_3", pinned=True, decision="approved")
    answer = staff_script.delete(NAME).json()
    assert answer["deleted"] == []
    assert len(answer["kept"]) == 2
    assert inner.directory.exists()
    again = staff_script.delete(NAME)
    assert (again.status_code, again.json()["deleted"]) == (200, [])


def test_it_says_how_many_it_has_left(staff, disk_checkpoint):  # noqa: F811
    from runs.cleanup.names import delete_checkpoints

    for n in range(3):
        disk_checkpoint(suffix=str(n))
    done = delete_checkpoints(actor=staff, checkpoints=Checkpoint.objects.all(), most=2)
    assert (len(done.deleted), done.left) == (2, 1)
    assert Checkpoint.objects.get().suffix == "2"
