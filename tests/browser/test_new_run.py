"""What cannot be launched is said where it stands, and nothing is made of it."""

import pytest
from playwright.sync_api import expect

MARKUP = "<script>alert(1)</script>"


@pytest.fixture
def form(page):
    page.goto("/runs/new/?program=fusion-sim&template=quick_seconds")
    page.locator("#id_name").fill("never-made")
    return page


def expect_refused(page, fault, words, complaints):
    complaints.expect("status of 422")
    expect(page.locator(fault)).to_contain_text(words)
    page.get_by_role("button", name="Launch", exact=True).click()
    expect(page.locator(fault)).to_contain_text(words)
    expect(page).to_have_url("/runs/new/")
    page.goto("/runs/?owner=all&search=never-made")
    expect(page.get_by_role("heading", name="No run matches")).to_be_visible()


def test_it_says_a_bad_seed_at_its_field(form, complaints):
    form.locator("#id_seed").fill("many")
    expect_refused(form, "#fault-seed", "whole number", complaints)


def test_it_says_a_bad_configuration_value_at_its_field(form, complaints):
    field = form.get_by_label("Requests an iteration")
    field.fill("-5")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect_refused(form, f"#fault-{field.get_attribute('id')}", "1", complaints)


def test_it_says_broken_text_with_its_line(form, complaints):
    form.locator("#config").fill("[general_settings]\nnum_requests\n")
    expect_refused(form, "#problems", "line 2", complaints)


def test_it_refuses_markup_as_a_name_and_shows_it_as_text(form, complaints):
    form.locator("#id_name").fill(MARKUP)
    complaints.expect("status of 422")
    form.get_by_role("button", name="Launch", exact=True).click()
    expect(form.locator("#fault-name")).not_to_be_empty()
    expect(form.locator("#id_name")).to_have_value(MARKUP)
    form.goto("/runs/?owner=all&search=script")
    expect(form.get_by_role("heading", name="No run matches")).to_be_visible()


def test_it_makes_one_run_of_two_quick_presses(form, product):
    form.locator("#id_name").fill("pressed-twice")
    form.get_by_role("button", name="Launch", exact=True).dblclick()
    form.wait_for_url("**/runs/*/")
    form.goto("/runs/?search=pressed-twice")
    expect(form.locator("tr[data-key]")).to_have_count(1)
    form.locator("tr[data-key]").get_by_role("checkbox").check()
    form.get_by_label("Selected runs").get_by_role("button", name="Cancel").click()
