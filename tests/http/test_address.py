"""Whose request it is: a header is believed only from a proxy that the settings name."""

from ipaddress import ip_network

import pytest

from runs.http.address import address_of_scope, client_address


@pytest.fixture
def proxied(settings):
    settings.FUSIONWEB_TRUSTED_PROXIES = [ip_network("10.0.0.0/8"), ip_network("::1")]


def meta(near, forwarded=None):
    return {"REMOTE_ADDR": near} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})


def test_it_believes_nobody_without_a_setting():
    assert client_address(meta("10.0.0.1", "8.8.8.8")) == "10.0.0.1"


def test_it_believes_a_proxy(proxied):
    assert client_address(meta("10.0.0.1", "8.8.8.8")) == "8.8.8.8"
    assert client_address(meta("::1", "2001:db8::1")) == "2001:db8::1"


def test_it_believes_no_stranger_who_says_so(proxied):
    assert client_address(meta("9.9.9.9", "8.8.8.8")) == "9.9.9.9"


def test_it_takes_the_last_that_no_proxy_of_ours_wrote(proxied):
    assert client_address(meta("10.0.0.1", "1.1.1.1, 8.8.8.8, 10.0.0.7")) == "8.8.8.8"


def test_it_takes_the_first_proxy_where_all_are_ours(proxied):
    assert client_address(meta("10.0.0.1", "10.0.0.9, 10.0.0.8")) == "10.0.0.9"


@pytest.mark.parametrize("junk", ["", "unknown", "8.8.8.8:80", "<b>", ",,,", "8.8.8.8, junk"])
def test_it_stops_at_what_is_no_address(proxied, junk):
    assert client_address(meta("10.0.0.1", junk)) == "10.0.0.1"


@pytest.mark.parametrize("near", ["", "testclient", "/run/socket", "1.2.3"])
def test_it_knows_no_address_where_there_is_none(near):
    assert client_address(meta(near)) is None


def test_it_writes_an_address_of_ipv4_as_one():
    assert client_address(meta("::ffff:10.0.0.1")) == "10.0.0.1"


def test_it_reads_a_socket_the_same_way(proxied):
    headers = [(b"x-forwarded-for", b"1.1.1.1"), (b"host", b"h"), (b"x-forwarded-for", b"8.8.8.8")]
    assert address_of_scope({"client": ["10.0.0.1", 1], "headers": headers}) == "8.8.8.8"
    assert address_of_scope({"client": None, "headers": []}) is None
