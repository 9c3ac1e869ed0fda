"""The first page comes light, however empty the browser's memory."""

import pytest

MOST_REQUESTS = 15
MOST_BYTES = 200_000


@pytest.fixture
def load(page):
    """Loads an address and returns all requests that this took."""

    def load(address):
        requests = []
        page.on("requestfinished", lambda request: requests.append(request))
        page.goto(address, wait_until="networkidle")
        assert requests
        return requests

    return load


def transferred_bytes(requests):
    sizes = [request.sizes() for request in requests]
    return sum(each["responseHeadersSize"] + each["responseBodySize"] for each in sizes)


def test_it_needs_few_requests(load):
    requests = load("/")
    assert len(requests) <= MOST_REQUESTS, [each.url for each in requests]


@pytest.mark.parametrize("address", ["/", "/runs/", "/runs/new/", "/templates/"])
def test_it_transfers_little(load, address):
    assert 1_000 < transferred_bytes(load(address)) <= MOST_BYTES
