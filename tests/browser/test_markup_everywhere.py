"""Every text that somebody can choose is markup here, and every page shows it as text."""

import json
from urllib.parse import unquote

import pytest

from tests.browser.markup_rows import EVIL
from tests.management.product import furnished

SEED = "from tests.browser.markup_rows import seed; seed()"
INJECTED = "document.querySelectorAll('x-evil, [src=x-evil], svg[onload]').length"
SHOWN = "document.documentElement.innerHTML.includes('x-evil')"
# They show none of it by themselves.
LEAST_THAT_SHOW_IT = 70


@pytest.fixture(scope="module")
def evil(chromium, tmp_path_factory):
    """A product with such rows, and the addresses of its pages. Without an indexer: rows that no
    directory stands for must stay."""
    product = furnished(tmp_path_factory, tmp_path_factory.mktemp("markup"))
    seeded = product.call("shell", "-v0", "-c", SEED)
    assert seeded.returncode == 0, seeded.stderr
    product.serve()
    yield product, json.loads(seeded.stdout)
    product.end()


@pytest.fixture
def page(evil, browser, complaints):
    product, _ = evil
    context = browser.new_context(base_url=product.address)
    context.add_cookies([{"name": "sessionid", "value": product.session, "url": product.address}])
    complaints.expect("404", "422", "status of 403", "x-evil")
    complaints.listen(context)
    yield context.new_page()
    context.close()


def fault_of(page, address):
    """What is wrong with a page, in a word; empty where nothing is."""
    answer = page.goto(address, wait_until="load")
    if answer.status >= 500 or (answer.status != 200 and "/admin/" in address):
        return f"{unquote(address)}: {answer.status}"
    injected = page.evaluate(INJECTED)
    return f"{unquote(address)}: {injected} injected" if injected else ""


def test_no_page_makes_an_element_of_a_text(evil, page):
    dialogs, shown = [], 0
    page.on("dialog", lambda dialog: (dialogs.append(page.url), dialog.dismiss()))
    faults = []
    for address in evil[1]:
        faults.append(fault_of(page, address))
        shown += page.evaluate(SHOWN)
    assert list(filter(None, faults)) == []
    assert dialogs == []
    assert shown >= LEAST_THAT_SHOW_IT


def test_it_would_be_noticed(page):
    page.set_content(f'<p title="{EVIL}">{EVIL}</p>')
    assert page.evaluate(INJECTED) == 4


def test_what_a_page_fetches_by_itself_is_text_as_well(evil, page):
    """The log by its socket, the launch pad's check, the search of a log."""
    _, addresses = evil
    log = next(address for address in addresses if address.endswith("tab=log"))
    page.goto(log)
    page.locator(".log-pane .line-text").first.wait_for()
    assert page.evaluate(INJECTED) == 0
    page.goto("/runs/new/?program=evil")
    page.get_by_role("button", name="Launch", exact=True).wait_for()
    assert page.evaluate(INJECTED) == 0


@pytest.mark.parametrize("name", ["page.html", "drawing.svg"])
def test_a_document_of_a_run_is_only_ever_downloaded(evil, page, name):
    _, addresses = evil
    shown = next(address for address in addresses if name in address)
    run = shown.split("?")[0]
    answer = page.request.get(f"{run}artifacts/file/output/{name}")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["content-security-policy"]
