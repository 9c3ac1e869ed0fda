"""axe-core finds nothing, on any page, light and dark; a narrow screen needs no sideways scroll."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import (
    NARROW,
    expect_no_violations,
    expect_status,
    launch,
    sideways_px,
)
from tests.disk import write_checkpoint, write_job

PAGES = [
    "/",
    "/runs/",
    "/runs/?search=no-such-run",
    "/runs/new/?program=fusion-sim&template=quick_seconds",
    "/runs/{run}/",
    "/runs/{run}/?tab=log",
    "/runs/{run}/?tab=progress",
    "/runs/{run}/?tab=artifacts",
    "/runs/{run}/?tab=artifacts&path=output/table.csv",
    "/runs/{run}/?tab=configuration",
    "/runs/nothing/",
    "/templates/",
    "/templates/fusion-sim/quick_seconds/",
    "/accounts/password/",
    "/account/tokens/",
    "/jobs/",
    "/jobs/?search=no-such-job",
    "/jobs/axe/default/trained/r1/",
    "/jobs/axe/default/trained/r1/?tab=log",
    "/jobs/axe/default/trained/r1/?tab=configuration",
    "/projects/",
    "/projects/axe/",
    "/checkpoints/",
    "/checkpoints/axe/default/trained/final/1073741824/",
    "/checkpoints/axe/default/trained/final/1073741824/?tab=files",
    "/search/?q=trained",
    "/usage/",
    "/trash/",
    "/roots/",
    "/alerts/",
    "/sessions/",
    "/sessions/new/",
    "/setup/",
    "/sessions/{draft}/?step=project&check=1",
    "/sessions/{draft}/?step=program",
    "/sessions/{draft}/?step=parameters",
    "/sessions/{draft}/?step=readme",
    "/sessions/{draft}/?step=preview",
    "/sessions/{asking}/",
    "/sessions/{failed}/",
]
FOR_STAFF = [
    "/sessions/?owner=all",
    "/sessions/left/",
    "/checkpoints/review/",
    "/projects/axe/retention/",
    "/jobs/",
]


@pytest.fixture(scope="module")
def run(browser, member_state, base_url):
    """A run that has a log, a chart, artifacts and a fault."""
    context = browser.new_context(base_url=base_url, storage_state=member_state)
    page = context.new_page()
    run_id = launch(page, "markup", "accessible")
    expect_status(page, "completed")
    context.close()
    return run_id


@pytest.fixture(scope="module")
def trained(product):
    """A job and a checkpoint that somebody made on the cluster, once they are listed."""
    write_job(product.data / "status", "axe", "default", "trained", "r1", status="failed")
    suffix = "final/1073741824"
    write_checkpoint(product.data / "checkpoints", suffix, "axe", "default", "trained")
    product.wait_for_rows(Job="trained", Checkpoint="trained")


@pytest.fixture(scope="module")
def sessions(product):
    """Of a draft, one that asks, and one that failed and left files, by name."""
    code = "from tests.browser.furnish import *; furnish_sessions()"
    printed = product.printed_by("shell", "-v", "0", "-c", code)
    return dict(line.split() for line in printed.splitlines())


@pytest.mark.parametrize("address", PAGES)
def test_it_is_accessible_and_fits_a_narrow_screen(
    page, run, trained, sessions, axe, address, complaints
):
    complaints.expect("status of 404")
    page.goto(address.format(run=run, **sessions))
    expect(page.locator("#live")).to_have_text("live")
    expect_no_violations(page, axe)
    page.set_viewport_size(NARROW)
    assert sideways_px(page) == 0


@pytest.mark.parametrize("address", FOR_STAFF)
def test_it_is_accessible_for_staff(open_page, staff_state, trained, sessions, axe, address):
    page = open_page(storage_state=staff_state)
    page.goto(address)
    expect(page.locator("#live")).to_have_text("live")
    expect_no_violations(page, axe)
    page.set_viewport_size(NARROW)
    assert sideways_px(page) == 0


def test_it_is_accessible_at_the_door(stranger, axe):
    stranger.goto("/accounts/login/")
    expect_no_violations(stranger, axe)
    stranger.set_viewport_size(NARROW)
    assert sideways_px(stranger) == 0


def test_it_is_accessible_with_faults_in_the_form(page, axe):
    page.goto("/runs/new/?program=fusion-sim&template=quick_seconds")
    page.locator("#id_name").fill("<b>")
    page.locator("#config").fill("[general_settings]\nnum_requests = -5\n")
    expect(page.locator("#fault-name")).not_to_be_empty()
    expect(page.locator("#problems li").first).to_be_visible()
    expect_no_violations(page, axe)


def test_it_is_accessible_with_a_question_open(page, run, axe):
    page.goto(f"/runs/{run}/")
    page.get_by_role("button", name="Delete…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect_no_violations(page, axe)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
