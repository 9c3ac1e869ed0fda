"""A name that somebody chose never becomes a header of its own."""

import pytest
from django.test import RequestFactory

from runs.http.downloads import file_response, zip_response

NAMES = [
    "a\r\nSet-Cookie: x=1", "a\nb", "a\rb", 'a"; filename="b', "a;b", "ünï.txt", "日本.txt",
    "\u2028", "a\\", "%0d%0a", " ", "a\tb", "a\x7fb", "x" * 300, "<b>", "'", "../../x",
]  # fmt: skip


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"content")
    return path


def expect_one_attachment(answer):
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    for value in answer.headers.values():
        assert "\r" not in value
        assert "\n" not in value
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("name", NAMES)
def test_a_download_has_one_name(file, name):
    expect_one_attachment(file_response(RequestFactory().get("/"), file, name))


@pytest.mark.parametrize("name", NAMES)
def test_a_zip_has_one_name(file, name):
    expect_one_attachment(zip_response(file.parent, f"{name}.zip"))


@pytest.mark.parametrize("name", ["a\r\nX-Evil: 1", "a\nb", "a\x1bb"])
def test_a_file_with_such_a_name_is_had_or_not_found(client, member, run_row, name):
    client.force_login(member)
    run = run_row(status="completed")
    run.directory.mkdir(parents=True)
    (run.directory / name).write_text("content")
    for address in (
        f"/api/v1/runs/{run.pk}/artifacts/{name}",
        f"/runs/{run.pk}/artifacts/file/{name}",
    ):
        answer = client.get(address.replace("\r", "%0D").replace("\n", "%0A"))
        assert answer.status_code in (200, 404)
        assert "X-Evil" not in answer.headers


@pytest.mark.parametrize("address", ["/runs/x%0d%0aSet-Cookie:a=b/", "/x%0d%0aLocation:%20/y"])
def test_an_address_never_becomes_a_header(client, member, address):
    client.force_login(member)
    answer = client.get(address, follow=True)
    assert "a" not in answer.cookies
    assert all("\n" not in value for value in answer.headers.values())


def test_the_way_on_after_login_is_ours(client, member):
    for wanted in (
        "//evil.example",
        "https:evil.example",
        "/\\evil.example",
        "javascript:1",
        "\r\n",
    ):
        data = {"username": "ada", "password": "secret of ada", "next": wanted}
        assert client.post("/accounts/login/", data)["Location"] == "/"
        client.post("/accounts/logout/")
