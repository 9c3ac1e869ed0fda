"""What people do again and again."""

import re

from playwright.sync_api import expect

GENEROUS_MS = 30_000
NARROW = {"width": 320, "height": 640}
RUN_PAGE = re.compile(r"/runs/([0-9a-f]{12})/")


def log_in(page, name, password):
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def launch(page, program, name):
    """Launches it as its template, or an empty configuration, has it; returns the run's id."""
    page.goto(f"/runs/new/?program={program}&name={name}")
    return press_launch(page)


def press_launch(page):
    page.get_by_role("button", name="Launch", exact=True).click()
    page.wait_for_url(RUN_PAGE, timeout=GENEROUS_MS)
    return RUN_PAGE.search(page.url).group(1)


def expect_status(page, status, timeout=GENEROUS_MS):
    """In the header of an open run page, which has to find out by itself."""
    expect(page.locator(f"#run-header [data-status={status}]")).to_be_visible(timeout=timeout)


def mark(page):
    page.evaluate("window.neverReloaded = true")


def expect_never_reloaded(page):
    assert page.evaluate("window.neverReloaded === true"), "the page was loaded again"


def violations(page, axe):
    page.evaluate(axe)
    found = page.evaluate("axe.run()")["violations"]
    return [
        f"{each['id']}: {node['target']} {node['html']}" for each in found for node in each["nodes"]
    ]


def expect_no_violations(page, axe):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page, axe) == [], scheme


def sideways_px(page):
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
