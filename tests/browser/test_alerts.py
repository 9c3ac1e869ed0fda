"""Alerts in an open page: the count beside the bell, acknowledging, and who cannot see."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import expect_never_reloaded, expect_no_violations, mark, sideways_px

NARROW = {"width": 320, "height": 640}


@pytest.fixture
def raise_alert(product):
    """Raises one in a process of its own, as the supervisor does."""

    def call(cause, message):
        code = (
            "from runs.alerts.services import raise_alert; from runs.models import Alert; "
            f"raise_alert(cause={cause!r}, kind=Alert.Kind.JOB_FAILED, message={message!r}, "
            "address='/runs/')"
        )
        product.call("shell", "-v", "0", "-c", code)

    yield call
    code = "from runs.models import Alert; Alert.objects.all().delete()"
    product.call("shell", "-v", "0", "-c", code)


def count_beside_bell(page):
    return page.locator("#frame-alerts .badge")


def test_the_count_rises_in_an_open_page_and_falls_with_each_acknowledged(page, raise_alert):
    raise_alert("browser:1", "the first failed")
    page.goto("/alerts/")
    expect(page.locator("#live")).to_have_text("live")
    mark(page)
    before = int(count_beside_bell(page).inner_text())
    raise_alert("browser:2", "the second failed")
    expect(count_beside_bell(page)).to_have_text(str(before + 1))
    row = page.get_by_role("row", name=re.compile("the second failed"))
    row.get_by_role("button", name="Acknowledge").click()
    expect(count_beside_bell(page)).to_have_text(str(before))
    expect(page.get_by_role("row", name=re.compile("the second failed"))).to_contain_text("ada")
    expect_never_reloaded(page)


def test_another_page_hears_that_all_were_acknowledged(open_page, raise_alert):
    raise_alert("browser:3", "the third failed")
    raise_alert("browser:4", "the fourth failed")
    one, other = open_page(), open_page()
    other.goto("/runs/")
    expect(other.locator("#live")).to_have_text("live")
    expect(count_beside_bell(other)).to_be_visible()
    one.goto("/alerts/")
    one.get_by_role("button", name=re.compile("^Acknowledge all")).click()
    expect(count_beside_bell(one)).to_have_count(0)
    expect(count_beside_bell(other)).to_have_count(0)


def test_it_is_found_by_key(page):
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Alerts", level=1)).to_be_visible()


def test_it_is_acknowledged_without_script(open_page, raise_alert):
    raise_alert("browser:5", "the fifth failed")
    page = open_page(java_script_enabled=False)
    page.goto("/alerts/?show=open")
    page.get_by_role("button", name="Acknowledge: the fifth failed").click()
    expect(page.get_by_text("Every alert has been acknowledged.")).to_be_visible()


def test_it_is_accessible_and_fits_a_narrow_screen(page, raise_alert, axe):
    page.goto("/alerts/")
    expect(page.locator("#live")).to_have_text("live")
    expect_no_violations(page, axe)
    raise_alert("browser:6", "gpt/a_name_that_has_no_place_to_break_it_anywhere_at_all/1 failed")
    expect(page.get_by_role("button", name=re.compile("^Acknowledge: gpt"))).to_be_visible()
    expect_no_violations(page, axe)
    page.set_viewport_size(NARROW)
    assert sideways_px(page) == 0
