"""Staff review a queue of checkpoints without touching the mouse."""

import pytest
from playwright.sync_api import expect

from tests.disk import write_checkpoint

SUFFIXES = ("ntoks/1", "ntoks/2", "final/3")


@pytest.fixture
def queue(product, open_page, staff_state):
    for suffix in SUFFIXES:
        write_checkpoint(product.data / "checkpoints", suffix, "reviewed", "g", "lm")
    product.wait_for_rows(Checkpoint="lm")
    page = open_page(storage_state=staff_state)
    page.goto("/checkpoints/review/?project=reviewed")
    return page


def decisions(product):
    code = (
        "from runs.models import Checkpoint; print(sorted(Checkpoint.objects.filter("
        "project='reviewed').values_list('decision', flat=True)))"
    )
    return product.printed_by("shell", "-v", "0", "-c", code)


def test_approve_reject_with_a_note_and_undo_by_keyboard(queue, product):
    heading = queue.get_by_role("heading", level=1)
    expect(heading).to_contain_text("1 of 3")

    queue.keyboard.press("a")
    expect(heading).to_contain_text("2 of 3")
    queue.keyboard.press("r")
    queue.keyboard.type("diverged")
    queue.keyboard.press("Enter")
    expect(heading).to_contain_text("3 of 3")
    assert "approved" in decisions(product)
    assert "rejected" in decisions(product)

    queue.keyboard.press("u")
    expect(heading).to_contain_text("2 of 3")
    assert "rejected" not in decisions(product)
