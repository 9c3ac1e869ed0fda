"""From the link that the start prints to a password of one's own."""

from playwright.sync_api import expect

from tests.browser.furnish import MEMBER, PASSWORD
from tests.browser.steps import log_in

NEW = "a longer word than most 7"


def test_it_lets_in_by_the_link_once_and_by_password_after(
    product, stranger, open_page, complaints
):
    complaints.expect("status of 403")
    stranger.goto(product.link)
    expect(stranger.get_by_role("heading", name="Dashboard")).to_be_visible()

    set_password(stranger, NEW)
    log_out(stranger)
    log_in(stranger, "admin", NEW)
    expect(stranger.get_by_role("heading", name="Dashboard")).to_be_visible()

    late = open_page(storage_state=None)
    assert late.goto(product.link).status == 403
    expect(late.get_by_role("heading", name="This link does not work any more")).to_be_visible()


def test_it_says_a_wrong_password_and_leads_back_after_the_right_one(stranger, product):
    stranger.goto("/runs/?status=failed")
    stranger.get_by_label("Username").fill(MEMBER)
    stranger.get_by_label("Password").fill("wrong")
    stranger.get_by_role("button", name="Log in").click()
    expect(stranger.get_by_role("alert")).to_contain_text("correct")

    stranger.get_by_label("Password").fill(PASSWORD)
    stranger.get_by_role("button", name="Log in").click()
    stranger.wait_for_url(f"{product.address}/runs/?status=failed")


def set_password(page, password):
    page.get_by_text("admin", exact=True).click()
    page.get_by_role("link", name="Set password").click()
    page.get_by_label("New password", exact=True).fill(password)
    page.get_by_label("New password confirmation").fill(password)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your password is set.")).to_be_visible()


def log_out(page):
    page.get_by_text("admin", exact=True).click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
