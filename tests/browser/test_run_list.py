"""An open list of runs follows them."""

import re

from playwright.sync_api import expect

from tests.browser.steps import expect_never_reloaded, launch, mark


def test_it_updates_a_row_in_place_when_its_run_ends(page, open_page, product):
    run_id = launch(page, "count", "watched")
    page.goto("/runs/")
    mark(page)
    row = page.locator(f"#run-{run_id}")
    expect(row).to_have_attribute("data-status", "running")
    box = row.get_by_role("checkbox")
    box.check()

    product.let_go(run_id)

    expect(row).to_have_attribute("data-status", "completed")
    expect(row).to_contain_text("completed")
    expect(box).to_be_checked()
    expect_never_reloaded(page)


def test_it_offers_runs_launched_elsewhere_without_moving_the_rows(page, open_page, product):
    ended = launch(page, "count", "there-before")
    product.let_go(ended)
    page.goto("/runs/")
    mark(page)
    first = page.locator("tr[data-key]").first
    before = first.get_attribute("id")
    expect(page.locator("#live")).to_have_text("live")

    newer = launch(open_page(), "count", "newer")
    product.let_go(newer)

    offer = page.locator("#new-rows")
    expect(offer).to_have_text(re.compile("1 new run"))
    assert first.get_attribute("id") == before
    expect_never_reloaded(page)
    offer.click()
    expect(first).to_have_attribute("id", f"run-{newer}")


def test_it_stops_several_at_once(page):
    runs = [launch(page, "count", f"many-{number}") for number in range(2)]
    page.goto("/runs/?search=many-")
    mark(page)
    for run_id in runs:
        page.locator(f"#run-{run_id}").get_by_role("checkbox").check()
    page.get_by_label("Selected runs").get_by_role("button", name="Cancel").click()
    for run_id in runs:
        expect(page.locator(f"#run-{run_id}")).to_have_attribute("data-status", "cancelled")
    expect_never_reloaded(page)
