"""The first page comes light, however empty the browser's memory."""

import pytest

MOST_REQUESTS = 15
MOST_BYTES = 200_000


@pytest.mark.parametrize("address", ["/", "/runs/", "/runs/new/"])
def test_it_needs_few_requests_and_bytes(page, address):
    requests = []
    page.on("requestfinished", requests.append)
    page.goto(address, wait_until="networkidle")
    assert 1 < len(requests) <= MOST_REQUESTS, [each.url for each in requests]
    assert sum(transferred_bytes(each) for each in requests) <= MOST_BYTES


def transferred_bytes(request):
    sizes = request.sizes()
    return sizes["responseHeadersSize"] + sizes["responseBodySize"]
