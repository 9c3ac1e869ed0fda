"""The chart moves while the run goes on, also where it was opened before the first value."""

from playwright.sync_api import expect

from tests.browser.steps import expect_never_reloaded, expect_status, launch, mark

PICTURE = "document.querySelector('.chart canvas').toDataURL()"


def test_it_begins_empty_and_draws_each_value_that_comes(page, product):
    run_id = launch(page, "measure", "drawn")
    expect_status(page, "running")
    page.get_by_role("link", name="Progress", exact=True).click()
    expect(page.get_by_text("No metrics yet.")).to_be_visible()
    mark(page)
    product.let_go(run_id)

    expect(page.locator(".chart canvas")).to_be_visible()
    expect(page.locator(".values tbody tr").nth(3)).to_be_visible()
    early = page.evaluate(PICTURE)
    expect(page.locator(".values tbody tr")).to_have_count(20)
    page.wait_for_function(f"early => {PICTURE} !== early", arg=early)
    expect_status(page, "completed")
    expect_never_reloaded(page)
