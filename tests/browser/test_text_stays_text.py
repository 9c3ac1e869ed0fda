"""Markup that a program writes is shown, never obeyed."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import expect_status, launch

EVIL = "<img src=x onerror=\"document.title='taken over'\">"


@pytest.fixture
def run(page):
    run_id = launch(page, "markup", "evil")
    expect_status(page, "completed")
    return f"/runs/{run_id}/"


def expect_harmless(page):
    assert page.locator("main img[src=x], main script[src=x]").count() == 0
    assert page.title() != "taken over"


def test_it_shows_markup_of_log_names_and_metrics_as_text(page, run):
    expect(page.locator(".log-last .line-text").first).to_have_text(EVIL)
    page.goto(f"{run}?tab=log")
    for line in page.locator(".log-pane .line-text").all():
        expect(line).to_have_text(EVIL)
    expect_harmless(page)

    page.goto(f"{run}?tab=progress")
    expect(page.locator(".chart").get_by_role("heading", name=EVIL)).to_be_visible()
    expect(page.get_by_text(f"The program reported: {EVIL}")).to_be_visible()
    expect_harmless(page)


def test_it_shows_markup_of_artifacts_as_text(page, run):
    page.goto(f"{run}?tab=artifacts&path=output")
    page.get_by_role("link", name="<b>.txt", exact=True).click()
    expect(page.locator("pre.code-text")).to_have_text(EVIL)
    expect_harmless(page)

    page.goto(f"{run}?tab=artifacts&path=output/page.html")
    expect(page.locator("pre.code-text")).to_contain_text("<script>alert(1)</script>")
    page.goto(f"{run}?tab=artifacts&path=output/table.csv")
    expect(page.locator(".preview td").nth(1)).to_have_text(EVIL)
    expect_harmless(page)


def test_it_hands_out_a_page_of_the_program_only_as_a_download(page, run):
    address = f"{run}artifacts/file/output/page.html"
    answer = page.request.get(address)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    log = page.request.get(f"{run}log/raw/?inline=1")
    assert log.headers["content-type"].startswith("text/plain")
