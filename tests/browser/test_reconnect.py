"""What an open page does when a process behind it goes away."""

import os
import signal

import pytest
from playwright.sync_api import expect

from tests.browser.steps import expect_never_reloaded, expect_status, launch, mark

DOWN_MS = 60_000
BURST_LINES = 200_002


@pytest.fixture
def stopped_supervisor(product):
    supervisor = product.child("supervise")
    supervisor.suspend()
    yield supervisor
    supervisor.resume()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "told to end"])
def test_it_loses_and_repeats_no_line_when_the_web_process_ends(page, product, complaints, number):
    complaints.expect("ERR_", "WebSocket", "Failed to fetch", "503")
    run_id = launch(page, "count", "survivor")
    page.get_by_role("link", name="Log", exact=True).click()
    mark(page)
    lines = page.locator(".log-pane .line")
    expect(lines.nth(20)).to_be_attached()

    web = product.child("serve")
    os.kill(web.pid, number)
    web.wait(10)
    seen = lines.count()
    expect(lines.nth(seen + 40)).to_be_attached(timeout=DOWN_MS)
    expect(page.locator("#live")).to_have_text("live")

    product.let_go(run_id)
    expect_status(page, "completed", DOWN_MS)
    expect(page.locator(".log-state")).to_contain_text("the end of its log")
    expect_never_reloaded(page)
    texts = lines.locator(".line-text").all_inner_texts()
    assert texts == [f"line {number}" for number in range(1, len(texts) + 1)]
    written = (product.run_directory(run_id) / "output.log").read_text().splitlines()
    assert texts == written


def test_it_loses_no_line_of_a_burst_when_the_web_process_is_told_to_end(page, product, complaints):
    """Lines are numbered in the page: one lost or repeated would move all after it."""
    complaints.expect("ERR_", "WebSocket", "Failed to fetch", "503")
    run_id = launch(page, "burst", "interrupted")
    page.get_by_role("link", name="Log", exact=True).click()
    expect(page.get_by_role("button", name="Follow")).to_have_attribute("aria-pressed", "true")
    mark(page)
    product.let_go(run_id)
    os.kill(product.child("serve").pid, signal.SIGTERM)
    expect(page.locator(f"#L{BURST_LINES}")).to_contain_text("this is the end", timeout=DOWN_MS)
    expect_never_reloaded(page)


def test_it_says_that_no_supervisor_is_running_until_one_is_back(page, stopped_supervisor):
    page.goto("/")
    mark(page)
    banner = page.locator("#supervisor-down")
    expect(banner).to_be_visible(timeout=DOWN_MS)
    stopped_supervisor.resume()
    expect(banner).to_have_count(0, timeout=DOWN_MS)
    expect_never_reloaded(page)


def test_it_goes_on_with_a_run_when_its_supervisor_is_killed(page, product):
    run_id = launch(page, "count", "orphan")
    expect_status(page, "running")
    mark(page)
    supervisor = product.child("supervise")
    os.kill(supervisor.pid, signal.SIGKILL)
    supervisor.wait(10)
    product.let_go(run_id)
    expect_status(page, "completed", DOWN_MS)
    expect_never_reloaded(page)
