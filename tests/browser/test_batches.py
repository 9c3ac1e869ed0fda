"""Many runs of one request: a comparison from the form to its sentence, and a failure mended."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import (
    GENEROUS_MS,
    NARROW,
    expect_never_reloaded,
    expect_no_violations,
    mark,
    sideways_px,
)

BATCH_PAGE = re.compile(r"/batches/[0-9a-f]{12}/$")
# One load, a few hundred requests: a run is over in a moment, and k_paths matters in it.
TINY = """[general_settings]
erlang_start = 400
erlang_stop = 400
erlang_step = 50
num_requests = 400
warmup_requests = 100
max_iters = 2
min_iters = 2
holding_time = 3600
request_distribution = {"100": 1.0}

[topology_settings]
network = toy
bw_per_slot = 12.5

[routing_settings]
route_method = k_shortest_path
k_paths = 3

[spectrum_settings]
c_band = 40
"""


@pytest.fixture
def form(page):
    def open_form(program, name):
        page.goto(f"/batches/new/?program={program}&name={name}")
        return page

    return open_form


def press_launch(page):
    page.get_by_role("button", name="Launch", exact=True).click()
    page.wait_for_url(BATCH_PAGE, timeout=GENEROUS_MS)
    mark(page)


def expect_batch_status(page, status):
    expect(page.locator(f"#batch-header [data-status={status}]")).to_be_visible()


def test_it_compares_two_settings_from_the_form_to_the_sentence(form, axe):
    page = form("fusion-sim", "k-paths-matter")
    page.get_by_role("radio", name="Compare").check()
    page.locator("#config").fill(TINY)
    page.locator("#id_num_iterations").fill("6")
    page.get_by_label("Key 1", exact=True).fill("routing_settings.k_paths")
    page.get_by_label("Value 1 in A").fill("1")
    page.get_by_label("Value 1 in B").fill("none")
    expect(page.locator("#fault-side-0")).not_to_be_empty()
    page.get_by_label("Value 1 in B").fill("4")
    expect(page.locator("#batch-size")).to_contain_text("2 sides × 6 runs = 12 runs")
    expect(page.locator("#batch-preview .added")).to_contain_text("k_paths = 4")
    expect_no_violations(page, axe)
    press_launch(page)
    expect(page.locator(".headline")).to_be_visible()
    expect_batch_status(page, "completed")
    expect(page.locator("#tab .caution .partial")).to_have_count(0)
    expect(page.locator(".headline")).to_contain_text("6 pairs")
    expect(page.locator(".picture svg").first).to_be_visible()
    expect_never_reloaded(page)
    expect_no_violations(page, axe)
    page.set_viewport_size(NARROW)
    assert sideways_px(page) == 0
    page.goto("/batches/")
    expect_no_violations(page, axe)
    assert sideways_px(page) == 0
    compare_two_runs(page, axe, "k-paths-matter")


def compare_two_runs(page, axe, name):
    """The two latest of the name: one of each side, on the same seed."""
    page.goto(f"/runs/?search={name}")
    for number in range(2):
        page.locator("tbody").get_by_role("checkbox").nth(number).check()
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page.get_by_role("rowheader", name="k_paths")).to_be_visible()
    expect(page.get_by_role("rowheader", name="num_requests")).to_have_count(0)
    expect(page.locator(".picture svg").first).to_be_visible()
    expect_no_violations(page, axe)
    assert sideways_px(page) == 0


def test_it_mends_a_batch_of_which_one_failed(form):
    page = form("first_fails", "mended")
    page.locator("#id_num_iterations").fill("4")
    press_launch(page)
    expect_batch_status(page, "completed")
    problems = page.get_by_label("What to know of this result")
    expect(problems).to_contain_text("1 of 4 runs has a problem")
    problems.get_by_role("link").first.click()
    expect(page.locator(".part-of")).to_contain_text("part of batch mended")
    page.go_back()
    mark(page)
    page.locator("#act-retry").click()
    expect(page.locator(".batch-bar")).to_contain_text("4 completed")
    expect_batch_status(page, "completed")
    expect(problems).to_have_count(0)
    expect_never_reloaded(page)
