"""The log of a run as a page without script, as JSON, as a file."""

import pytest

from runs.contract.status import Status


@pytest.fixture
def run(client, member, make_run):
    client.force_login(member)
    return make_run()


def write(run, data):
    (run.directory / "output.log").write_bytes(data)


def ask(client, run, view, **query):
    return client.get(f"/runs/{run.pk}/log/{view}/", query)


def numbered(count):
    return b"".join(b"line %d\n" % n for n in range(1, count + 1))


def test_it_opens_at_the_end(client, run):
    write(run, numbered(2000))
    shown = client.get(f"/runs/{run.pk}/?tab=log").content.decode()
    assert 'id="L2000"' in shown and 'id="L1"' not in shown


def test_it_opens_at_the_line_of_the_address(client, run):
    write(run, numbered(5000))
    shown = client.get(f"/runs/{run.pk}/?tab=log&line=1234").content.decode()
    assert 'id="L1234"' in shown and 'data-target="1234"' in shown


def test_it_opens_a_failed_run_at_its_first_error(client, run):
    write(run, numbered(900) + b"Traceback (most recent call last):\n" + numbered(900))
    type(run).objects.update(status=Status.FAILED)
    shown = client.get(f"/runs/{run.pk}/?tab=log").content.decode()
    assert 'data-target="901"' in shown and 'id="L901"' in shown


@pytest.mark.parametrize("line", ["0", "-3", "999999999", "²", "x", "9" * 50])
def test_it_takes_any_line_of_the_address(client, run, line):
    write(run, numbered(10))
    answer = client.get(f"/runs/{run.pk}/", {"tab": "log", "line": line})
    assert answer.status_code == 200 and 'id="L10"' in answer.content.decode()


def test_it_searches_without_script(client, run):
    write(run, numbered(3000))
    shown = client.get(f"/runs/{run.pk}/?tab=log&q=line+1234").content.decode()
    assert "?tab=log&amp;line=1234#L1234" in shown
    fault = client.get(f"/runs/{run.pk}/", {"tab": "log", "q": "([", "regex": "1"})
    assert fault.status_code == 200 and "not a regular expression" in fault.content.decode()


def test_it_gives_lines_by_number(client, run):
    write(run, numbered(2000) + b"open")
    answer = ask(client, run, "lines", line="1999", count="50").json()
    assert answer["lines"] == ["line 1999", "line 2000"] and answer["first"] == 1999
    assert answer["at_end"] and answer["next"] == len(numbered(2000))


def test_it_gives_the_tail_and_a_whole_line(client, run):
    write(run, numbered(10) + b"x" * 20_000 + b"\n")
    tail = ask(client, run, "lines", tail="2").json()
    assert tail["cut"] == {"11": 20_000} and len(tail["lines"][-1]) == 10_000
    assert len(ask(client, run, "lines", line="11", whole="1").json()["text"]) == 20_000


def test_it_gives_bytes_as_the_socket_does(client, run):
    write(run, "größe\n".encode())
    answer = ask(client, run, "lines", from_offset="2").json()
    assert (answer["offset"], answer["next"]) == (2, 8) and answer["text"] == "öße\n"


@pytest.mark.parametrize(
    "query", [{"line": "x"}, {"line": "-1"}, {"tail": "²"}, {"from_offset": ""}]
)
def test_it_refuses_what_is_no_number(client, run, query):
    assert ask(client, run, "lines", **query).status_code == 422


def test_it_searches_all_of_the_log(client, run):
    write(run, numbered(3000))
    answer = ask(client, run, "search", q="LINE 12").json()
    assert answer["total"] == 111 and answer["matches"][0]["line_number"] == 12
    refused = ask(client, run, "search", q="(", regex="1")
    assert refused.status_code == 422 and "not a regular expression" in refused.json()["message"]


async def body(answer):
    return b"".join([chunk async for chunk in answer.streaming_content])


@pytest.mark.django_db(transaction=True)
async def test_it_sends_the_file_with_range(async_client, member, make_run):
    from asgiref.sync import sync_to_async

    run = await sync_to_async(make_run)()
    write(run, b"0123456789")
    await async_client.aforce_login(member)
    address = f"/runs/{run.pk}/log/raw/"
    whole = await async_client.get(address)
    assert await body(whole) == b"0123456789" and whole["Content-Length"] == "10"
    assert "attachment" in whole["Content-Disposition"]
    part = await async_client.get(address, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part["Content-Range"]) == (206, "bytes 2-4/10")
    assert await body(part) == b"234"
    beyond = await async_client.get(address, headers={"Range": "bytes=50-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, "bytes */10")
    other = {"Range": "bytes=2-4", "If-Range": '"another"'}
    assert (await async_client.get(address, headers=other)).status_code == 200
    inline = await async_client.get(f"{address}?inline=1")
    assert inline["Content-Type"].startswith("text/plain")
    assert "sandbox" in inline["Content-Security-Policy"]


def test_it_says_that_there_is_no_log_yet(client, run):
    assert ask(client, run, "raw").status_code == 404
    assert ask(client, run, "lines", line="1").json()["lines"] == []
    assert "Nothing written yet" in client.get(f"/runs/{run.pk}/?tab=log").content.decode()
