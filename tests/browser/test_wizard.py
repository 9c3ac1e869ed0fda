"""A run made step by step: by keyboard alone, with a question in the middle, on two machines."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import GENEROUS_MS, RUN_PAGE

WIZARD = re.compile(r"/sessions/[0-9a-f]{12}/")
MOST_TABS = 150


@pytest.fixture(scope="module", autouse=True)
def project(product):
    product.call("shell", "-v", "0", "-c", "Project.objects.get_or_create(slug='wizards')")


def begin(page):
    page.goto("/sessions/new/")
    page.get_by_role("button", name="New run, step by step").click()
    page.wait_for_url(WIZARD)


def tab_to(page, target):
    """As a person without a mouse; fails where it cannot be reached."""
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached with {MOST_TABS} tabs: {target}")


def type_into(page, target, text):
    tab_to(page, target)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def press(page, name):
    tab_to(page, page.get_by_role("button", name=name, exact=True).last)
    page.keyboard.press("Enter")


def expect_step(page, title):
    steps = page.get_by_role("navigation", name="Steps")
    expect(steps.locator("[aria-current=step]")).to_contain_text(title)


def choose(page, name):
    """In a group of radios Tab leads to one of them, and the arrows to the others."""
    target = page.get_by_role("radio", name=name)
    page.keyboard.press("Tab")
    for _ in range(MOST_TABS):
        active = page.evaluate("document.activeElement.type")
        if active == "radio":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(MOST_TABS):
        if target.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"not reached with arrows: {name}")


def test_it_makes_a_run_by_keyboard_on_two_machines(page, open_page):
    begin(page)
    type_into(page, page.locator("#entry-project"), "wizards")
    page.keyboard.press("Enter")
    expect_step(page, "Program")
    choose(page, re.compile("^quick_seconds"))
    page.keyboard.press("Enter")
    expect_step(page, "Parameters")
    type_into(page, page.locator("#entry-label"), "by-keyboard")
    expect(page.locator("#saved")).to_have_text("Saved")
    address = page.url.partition("?")[0]
    page.context.close()

    second = open_page()
    second.goto("/")
    second.get_by_role("link", name="by-keyboard").click()
    expect(second).to_have_url(address)
    expect(second.locator("#entry-label")).to_have_value("by-keyboard")
    type_into(second, second.get_by_label("Last load"), "150")
    tab_to(second, second.locator("summary", has_text="Values beside these"))
    second.keyboard.press("Enter")
    type_into(second, second.get_by_label("Key 1"), "general_settings.erlang_stpo")
    type_into(second, second.get_by_label("Value 1"), "7")
    press(second, "Next")
    expect_step(second, "Readme")
    type_into(second, second.get_by_label("Objective"), "To see it move.")
    press(second, "Next")
    expect(second.get_by_label("README as it will be")).to_contain_text("To see it move.")
    press(second, "Confirm and launch")
    expect(second.get_by_role("heading", name="A question before it goes on")).to_be_visible()
    second.context.close()

    third = open_page()
    third.goto(address)
    expect(third.get_by_text("erlang_stpo").first).to_be_visible()
    choose(third, re.compile("^Drop"))
    press(third, "Answer")
    expect(third.get_by_role("heading", name="The run is in the queue")).to_be_visible()
    tab_to(third, third.get_by_role("link", name="Open the run"))
    third.keyboard.press("Enter")
    third.wait_for_url(RUN_PAGE, timeout=GENEROUS_MS)
    third.get_by_role("link", name="Configuration").click()
    text = third.get_by_label("Text of the configuration")
    expect(text).to_contain_text("erlang_stop = 150")
    expect(text).not_to_contain_text("erlang_stpo")


def test_it_makes_a_project_without_script(open_page):
    plain = open_page(java_script_enabled=False)
    plain.goto("/projects/")
    plain.get_by_role("button", name="New project").click()
    plain.get_by_label("Title").fill("Without script")
    plain.get_by_label("Study").check()
    plain.get_by_role("button", name="Next", exact=True).last.click()
    plain.get_by_label("group").check()
    plain.get_by_role("button", name="Next", exact=True).last.click()
    plain.get_by_role("button", name="Next", exact=True).last.click()
    expect(plain.get_by_text("Is needed.")).to_be_visible()
    plain.get_by_label("Hypothesis").fill("It works.")
    plain.get_by_role("button", name="Next", exact=True).last.click()
    expect(plain.get_by_text("notes/findings.md")).to_be_visible()
    plain.get_by_role("button", name="Cancel…").click()
    expect(plain.get_by_role("heading", name="Stop here?")).to_be_visible()
    plain.get_by_role("link", name="Go on editing").click()
    plain.get_by_role("button", name="Confirm and make it").click()
    plain.get_by_role("link", name="Open the project").click()
    expect(plain.get_by_role("heading", name="Without script")).to_be_visible()


def test_it_asks_in_a_dialog_and_goes_on_editing(page):
    begin(page)
    page.locator("#entry-project").fill("wizards")
    page.get_by_role("button", name="Cancel…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="Go on editing")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#entry-project")).to_have_value("wizards")
    page.get_by_role("button", name="Cancel…").click()
    dialog.get_by_role("button", name="Discard the draft").click()
    page.wait_for_url("**/sessions/")
    expect(page.get_by_text("Discarded the draft of")).to_be_visible()


def test_it_learns_in_an_open_page_what_another_did(page, open_page):
    begin(page)
    address = page.url
    page.locator("#entry-project").fill("wizards")
    page.get_by_role("button", name="Next", exact=True).last.click()
    page.get_by_label(re.compile("^quick_seconds")).check()
    page.get_by_role("button", name="Parameters").click()
    page.get_by_label("Network from a file").fill("nowhere.json")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Confirm and launch").click()
    expect(page.get_by_role("button", name="Answer")).to_be_visible()
    other = open_page()
    other.goto(address.partition("?")[0])
    other.get_by_role("button", name="Cancel…").click()
    other.get_by_role("button", name="Cancel, keep the files").click()
    expect(page.get_by_role("heading", name="It was cancelled")).to_be_visible()
    expect(page.get_by_role("button", name="Answer")).to_have_count(0)


def test_it_leaves_a_refused_answer_and_its_fault_in_place(page, complaints):
    complaints.expect("status of 422")
    begin(page)
    page.locator("#entry-project").fill("wizards")
    page.get_by_role("button", name="Program and template").click()
    page.get_by_label(re.compile("^quick_seconds")).check()
    page.get_by_role("button", name="Parameters").click()
    page.get_by_label("Network from a file").fill("nowhere.json")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Confirm and launch").click()
    page.get_by_role("button", name="Answer").click()
    fault = page.locator("#fault-entry-answer-topology")
    expect(fault).to_contain_text("is needed")
    # by the time of the second look, the first has been shown
    for _ in range(2):
        with page.expect_response(lambda each: "hx-request" in each.request.headers):
            pass
    expect(fault).to_contain_text("is needed")
