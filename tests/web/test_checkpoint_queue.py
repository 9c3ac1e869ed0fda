"""The review queue: one after the other, undone, skipped, and shared by two."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.utils import timezone

from runs.checkpoints.review import review_checkpoint
from runs.models import Checkpoint, Review
from tests.conftest import make_user
from tests.disk import write_checkpoint

QUEUE = "/checkpoints/review/"


@pytest.fixture(autouse=True)
def nobody_looks():
    cache.clear()


@pytest.fixture
def queue(client, staff, checkpoint_row):
    """Four that wait, the newest last, and some that do not; staff logged in."""
    client.force_login(staff)
    now = timezone.now()
    checkpoint_row(suffix="half", complete=False)
    checkpoint_row(suffix="gone", gone_at=now, decision="unreviewed")
    checkpoint_row(suffix="done", decision="approved")
    return [
        checkpoint_row(suffix=f"w{number}", saved_at=now - timedelta(hours=9 - number))
        for number in range(4)
    ]


def shown(response):
    found = response.context.get("checkpoint")
    return found and found.suffix


def sent(response, **more):
    """What the form of the page sends."""
    sitting = response.context["sitting"]
    return {
        "at": response.context["checkpoint"].pk,
        "seen": response.context["mark"],
        "done": sitting.done,
        "last": sitting.last,
        "project": sitting.project,
        "order": "oldest" if sitting.oldest_first else "",
        **more,
    }


def follow(client, response):
    assert response.status_code == 302
    return client.get(response.url)


def test_it_is_for_staff_alone(client, member):
    client.force_login(member)
    assert client.get(QUEUE).status_code == 403
    assert client.post(QUEUE, {"action": "approve"}).status_code == 403


def test_it_begins_with_the_newest_or_the_oldest_and_says_how_many(client, queue):
    response = client.get(QUEUE)
    assert shown(response) == "w3"
    assert "1 of 4" in response.content.decode()
    cache.clear()
    assert shown(client.get(QUEUE, {"order": "oldest"})) == "w0"


def test_it_goes_through_all_and_counts_on(client, queue):
    page = client.get(QUEUE)
    seen = []
    for number in range(1, 5):
        assert f"{number} of 4" in page.content.decode()
        seen.append(shown(page))
        page = follow(client, client.post(QUEUE, sent(page, action="approve")))
    assert seen == ["w3", "w2", "w1", "w0"]
    assert "Nothing waits for a review" in page.content.decode()
    assert Review.objects.filter(decision="approved").count() == 4


def test_rejecting_asks_for_a_note_where_it_is_missing(client, queue):
    page = client.get(QUEUE)
    refused = client.post(QUEUE, sent(page, action="reject"))
    assert refused.status_code == 422
    assert shown(refused) == "w3"
    assert "Say in a note why" in refused.content.decode()
    follow(client, client.post(QUEUE, sent(refused, action="reject", note="diverged")))
    assert Review.objects.get().note == "diverged"


def test_htmx_gets_the_next_one_at_once_with_its_address(client, queue):
    page = client.get(QUEUE)
    answer = client.post(QUEUE, sent(page, action="approve"), headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    assert shown(answer) == "w2"
    query = parse_qs(urlsplit(answer["HX-Push-Url"]).query)
    assert query["done"] == ["1"] and query["at"] == [str(queue[2].pk)]


def test_the_last_one_can_be_undone(client, queue):
    page = client.get(QUEUE)
    page = follow(client, client.post(QUEUE, sent(page, action="approve")))
    assert 'value="undo"' in page.content.decode()
    page = follow(client, client.post(QUEUE, sent(page, action="undo")))
    assert shown(page) == "w3"
    assert "1 of 4" in page.content.decode()
    assert not Checkpoint.objects.get(suffix="w3").pinned
    assert 'value="undo"' not in page.content.decode()


def test_skipping_leads_on_and_back(client, queue):
    page = client.get(QUEUE)
    assert page.context["back"] == ""
    second = client.get(page.context["skip"])
    assert shown(second) == "w2"
    assert "2 of 4" in second.content.decode()
    assert shown(client.get(second.context["back"])) == "w3"


def test_after_the_last_come_the_skipped_ones(client, queue):
    page = client.get(QUEUE, {"at": queue[0].pk})
    assert page.context["place"].next is None
    assert shown(follow(client, client.post(QUEUE, sent(page, action="approve")))) == "w3"


def test_it_keeps_to_a_project(client, queue, checkpoint_row):
    checkpoint_row(suffix="other", project="vision")
    page = client.get(QUEUE, {"project": "vision"})
    assert shown(page) == "other" and "1 of 1" in page.content.decode()
    page = follow(client, client.post(QUEUE, sent(page, action="approve")))
    assert shown(page) is None
    assert "Nothing waits for a review in vision" in page.content.decode()


def test_two_reviewers_begin_with_different_ones(client, queue):
    assert shown(client.get(QUEUE)) == "w3"
    client.force_login(make_user("grace", is_staff=True))
    assert shown(client.get(QUEUE)) == "w2"
    looked_at = client.get(QUEUE, {"at": queue[3].pk}).content.decode()
    assert "root is looking at this one, too" in looked_at


def test_a_second_decision_says_who_was_first_and_changes_nothing(client, queue):
    page = client.get(QUEUE)
    grace = make_user("grace", is_staff=True)
    review_checkpoint(actor=grace, checkpoint=queue[3], decision="rejected", note="odd")
    refused = client.post(QUEUE, sent(page, action="approve", note="my note"))
    assert refused.status_code == 409
    html = refused.content.decode()
    assert "grace rejected it meanwhile" in html
    assert Checkpoint.objects.get(suffix="w3").decision == "rejected"


def test_it_shows_what_differs_from_the_approved_one(client, queue, checkpoint_root):
    write_checkpoint(checkpoint_root.directory, "done", latest=False)
    mine = write_checkpoint(checkpoint_root.directory, "w3", latest=False)
    (mine / "config.yaml").write_text("optimization:\n  lr: 0.75\n")
    html = client.get(QUEUE).content.decode()
    assert "optimization.lr" in html and "0.75" in html


@pytest.mark.parametrize(
    ("query", "status"),
    [("at=x", 404), ("at=999999", 404), ("done=-3", 200), ("done=9e99", 200), ("last=x", 200),
     ("last=999999", 200), ("order=odd", 200), ("project=%00", 200)],
)  # fmt: skip
def test_it_survives_odd_addresses(client, queue, query, status):
    assert client.get(f"{QUEUE}?{query}").status_code == status


def test_it_refuses_what_is_no_action(client, queue):
    page = client.get(QUEUE)
    assert client.post(QUEUE, sent(page, action="explode")).status_code == 422
    assert not Review.objects.exists()


def test_it_says_when_nothing_waits(client, staff):
    client.force_login(staff)
    assert "Nothing waits for a review" in client.get(QUEUE).content.decode()


def test_the_navigation_counts_what_waits_for_staff_alone(client, queue, member):
    assert ">4</span></a>" in client.get("/checkpoints/").content.decode()
    client.force_login(member)
    assert QUEUE not in client.get("/checkpoints/").content.decode()
