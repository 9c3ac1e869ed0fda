"""The road of a first day: launch the simulator, watch it, stop another, take results home."""

import csv
import re

from playwright.sync_api import expect

from tests.browser.steps import expect_never_reloaded, expect_status, mark, press_launch

LOADS = 11
WHOLE_RUN_MS = 90_000


def test_it_goes_from_launch_to_results(page, open_page):
    launch_quick(page, "first", iterations=8)
    mark(page)
    watch_the_log_grow(page)
    watch_the_chart_grow(page)

    second = open_page()
    launch_quick(second, "second", iterations=1000)
    stop(second)

    expect_status(page, "completed", WHOLE_RUN_MS)
    expect_never_reloaded(page)
    expect(page.locator(".values tbody tr")).to_have_count(LOADS)
    open_artifact(page, "blocking_probability.csv")
    assert download(page) == shown_table(page)


def launch_quick(page, name, iterations):
    """As many iterations at every load, so that the run lasts long enough to be watched."""
    page.goto("/runs/new/?program=fusion-sim&template=quick_seconds")
    page.locator("#id_name").fill(name)
    for field in ("Most iterations a load", "Fewest iterations a load"):
        page.get_by_label(field).fill(str(iterations))
    expect(page.locator("#config")).to_have_value(re.compile(f"min_iters = {iterations}\n"))
    press_launch(page)
    expect_status(page, "running")


def watch_the_log_grow(page):
    page.get_by_role("link", name="Log", exact=True).click()
    lines = page.locator(".log-pane .line")
    expect(lines.first).to_contain_text("network nsfnet")
    seen = lines.count()
    expect(lines.nth(seen)).to_be_visible()
    expect_never_reloaded(page)


def watch_the_chart_grow(page):
    page.get_by_role("link", name="Progress", exact=True).click()
    expect(page.locator(".chart canvas").first).to_be_visible()
    rows = page.locator(".values tbody tr")
    seen = rows.count()
    expect(rows.nth(seen)).to_be_visible()
    assert painted_pixels(page) > 0


def painted_pixels(page):
    return page.locator(".chart canvas").first.evaluate(
        """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
           .data.filter((value, at) => at % 4 === 3 && value > 0).length"""
    )


def stop(page):
    mark(page)
    page.get_by_role("button", name="Cancel").click()
    expect_status(page, "cancelled")
    receipt = page.get_by_label("Receipt of the cancellation")
    expect(receipt).to_contain_text("All gone.")
    expect(receipt).to_contain_text("Cancelled by ada")
    expect(receipt).to_contain_text("SIGTERM to")
    expect_never_reloaded(page)


def open_artifact(page, name):
    page.get_by_role("link", name=re.compile("^Artifacts")).click()
    page.get_by_role("link", name="output/").click()
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator(".preview table")).to_be_visible()


def shown_table(page):
    return [
        [cell.strip() for cell in row.locator("th, td").all_inner_texts()]
        for row in page.locator(".preview tr").all()
    ]


def download(page):
    with page.expect_download() as started:
        page.get_by_role("link", name="Download", exact=True).click()
    with started.value.path().open(newline="") as file:
        return list(csv.reader(file))
