"""A browser that runs no script does the essential."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import expect_status, launch


@pytest.fixture
def plain(open_page):
    return open_page(java_script_enabled=False)


def test_it_launches_reads_the_log_and_cancels(plain, product):
    launch(plain, "count", "plain")
    look_again_until(plain, lambda: plain.locator(".log-last .line").count() > 0)
    plain.get_by_role("link", name="Log", exact=True).click()
    expect(plain.locator("#L1")).to_contain_text("line 1")
    plain.get_by_role("button", name="Cancel").click()
    look_again_until(plain, lambda: plain.locator("[data-status=cancelled]").count() > 0)
    expect_status(plain, "cancelled")
    expect(plain.get_by_label("Receipt of the cancellation")).to_contain_text("All gone.")


def look_again_until(page, condition, times=100):
    for _ in range(times):
        if condition():
            return
        page.reload()
    raise AssertionError(f"not after {times} looks")
