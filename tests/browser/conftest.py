"""A real browser on the real product."""

import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.furnish import MEMBER, PASSWORD, STAFF
from tests.browser.product import ROOT, Product
from tests.browser.steps import GENEROUS_MS, log_in

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=GENEROUS_MS)


@pytest.fixture(scope="session")
def chromium():
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip(f"no browser on the path, looked for {', '.join(CHROMIUM)}")
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium):
    return {"executable_path": chromium, "args": QUIET}


@pytest.fixture(scope="session")
def product(chromium, tmp_path_factory):
    product = Product(tmp_path_factory.mktemp("product"))
    try:
        product.call("shell", "-v", "0", "-c", "from tests.browser.furnish import *; furnish()")
        yield product
    finally:
        product.end()


@pytest.fixture(scope="session")
def base_url(product):
    return product.address


def state_of(browser, base_url, name):
    """Cookies of somebody who has logged in."""
    context = browser.new_context(base_url=base_url)
    page = context.new_page()
    log_in(page, name, PASSWORD)
    page.wait_for_url(f"{base_url}/", timeout=GENEROUS_MS)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="session")
def member_state(browser, base_url):
    """The member's, logged in once for all tests."""
    return state_of(browser, base_url, MEMBER)


@pytest.fixture(scope="session")
def staff_state(browser, base_url):
    return state_of(browser, base_url, STAFF)


class Complaints(list):
    """What the console of any page said is wrong, but for what a test provokes."""

    def __init__(self):
        super().__init__()
        self.expected = []

    def expect(self, *parts):
        self.expected.extend(parts)

    def hear(self, text):
        if not any(part in text for part in self.expected):
            self.append(text)

    def listen(self, context):
        context.on("console", lambda each: each.type == "error" and self.hear(each.text))
        context.on("weberror", lambda each: self.hear(str(each.error)))


@pytest.fixture
def complaints():
    """Errors and violations of the content policy; none may come in any test."""
    complaints = Complaints()
    yield complaints
    assert complaints == []


@pytest.fixture
def open_page(new_context, complaints, member_state):
    """`open_page(color_scheme="dark", …)`: a page of the member in a context of its own."""

    def open_page(**options):
        context = new_context(**{"storage_state": member_state, **options})
        context.set_default_timeout(GENEROUS_MS)
        complaints.listen(context)
        return context.new_page()

    return open_page


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def stranger(open_page):
    """The page of somebody who is not logged in."""
    return open_page(storage_state=None)


@pytest.fixture(scope="session")
def axe():
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make setup-dev")
    return AXE.read_text()
