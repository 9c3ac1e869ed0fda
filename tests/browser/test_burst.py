"""A log that pours: 200,000 lines and one of ten megabytes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import expect_status, launch

LINES = 200_002
ABSURD = LINES - 1
MOST_IN_PAGE = 25_000
POURED_MS = 90_000


@pytest.fixture
def run_id(page, product):
    """Watched from its first line on, and just let go."""
    run_id = launch(page, "burst", "pouring")
    page.get_by_role("link", name="Log", exact=True).click()
    expect(page.locator("#L1")).to_contain_text("line 1")
    expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "true")
    product.let_go(run_id)
    return run_id


def test_it_counts_every_line_and_stays_usable(page, run_id):
    wrap = page.get_by_role("button", name="Wrap")
    for pressed in ("true", "false"):
        wrap.click()
        expect(wrap).to_have_attribute("aria-pressed", pressed)

    last = page.locator(f"#L{LINES}")
    expect(last).to_contain_text("this is the end", timeout=POURED_MS)
    expect_status(page, "completed")
    expect(last).to_be_in_viewport()
    assert page.locator(".log-pane .line").count() < MOST_IN_PAGE
    expect_cut(page)

    page.goto(f"/runs/{run_id}/?tab=log&line=123456")
    expect(page.locator("#L123456 .line-text")).to_have_text("line 123456")
    expect(page.locator("#L123456")).to_be_in_viewport()


def expect_cut(page):
    absurd = page.locator(f"#L{ABSURD}")
    expect(absurd.get_by_role("button")).to_have_text(re.compile(r"show all 10(\.0)? MB"))
    assert len(absurd.locator(".line-text").inner_text()) <= 10_000
