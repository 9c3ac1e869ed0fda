"""Open pages of jobs follow what programs on the cluster write, whoever started them."""

import json
import re

from playwright.sync_api import expect

from tests.browser.steps import expect_never_reloaded, mark
from tests.disk import write_job


def rewrite(directory, **changes):
    """In place, as trainers do."""
    path = directory / "metadata.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_row_follows_its_job_and_a_new_job_is_offered(page, product):
    root = product.data / "status"
    directory = write_job(root, "live", "g", "watched", "r1")
    product.wait_for_rows(Job="watched")
    page.goto("/jobs/?project=live")
    expect(page.locator("#live")).to_have_text("live")
    mark(page)
    row = page.get_by_role("row", name=re.compile("watched"))
    expect(row).to_have_attribute("data-status", "running")

    rewrite(directory, status="preempted")
    expect(row).to_have_attribute("data-status", "preempted")

    write_job(root, "live", "g", "later", "r1")
    expect(page.locator("#new-rows")).to_have_text(re.compile("1 new job"))
    page.locator("#new-rows").click()
    expect(page.get_by_role("row", name=re.compile("later"))).to_be_visible()


def test_a_log_on_the_cluster_arrives_line_by_line(page, product):
    directory = write_job(product.data / "status", "live", "g", "talking", "r1", log="first\n")
    product.wait_for_rows(Job="talking")
    page.goto("/jobs/live/g/talking/r1/?tab=log")
    expect(page.locator(".tab-body")).to_contain_text("first")
    mark(page)
    with (directory / "output.log").open("a") as log:
        for number in range(50):
            log.write(f"step {number}\n")
    expect(page.locator(".tab-body")).to_contain_text("step 49")
    expect_never_reloaded(page)


def test_the_log_is_text_and_never_markup(page, product):
    write_job(
        product.data / "status", "live", "g", "markup", "r1",
        log="<img src=x onerror=document.title='gone'>\n<script>document.title='gone'</script>\n",
    )  # fmt: skip
    product.wait_for_rows(Job="markup")
    page.goto("/jobs/live/g/markup/r1/?tab=log")
    expect(page.locator(".tab-body")).to_contain_text("<img src=x")
    assert "gone" not in page.title()
