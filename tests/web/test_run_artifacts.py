"""The files of a run: folders, looks into them, downloads, and nothing outside."""

import io
import zipfile

import pytest
from asgiref.sync import sync_to_async

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


@pytest.fixture
def run(client, member, make_run):
    client.force_login(member)
    run = make_run()
    sub = run.directory / "output" / "sub"
    sub.mkdir(parents=True)
    (sub / "a.json").write_text('{"a": [1, {"b": "<b>"}]}')
    (run.directory / "output" / "t.csv").write_text("load,blocking\n1,<i>\n")
    (run.directory / "output" / "p.png").write_bytes(PNG)
    (run.directory / "output" / "page.html").write_text("<script>alert(1)</script>")
    (run.directory / ".secret").write_text("do-not-show")
    return run


def look(client, run, path=""):
    return client.get(f"/runs/{run.pk}/", {"tab": "artifacts", "path": path})


def test_it_lists_folders_and_leaves_hidden_files_out(client, run):
    shown = look(client, run).content.decode()
    assert "output/" in shown and "config.ini" in shown
    assert ".secret" not in shown and ".template" not in shown
    assert "a.json" in look(client, run, "output/sub").content.decode()


def test_it_looks_into_files_in_place(client, run):
    shown = look(client, run, "output/sub/a.json").content.decode()
    assert "&lt;b&gt;" in shown and "<b>" not in shown
    table = look(client, run, "output/t.csv").content.decode()
    assert ">blocking</th>" in table and "&lt;i&gt;" in table
    assert "<img" in look(client, run, "output/p.png").content.decode()
    assert "<script>alert" not in look(client, run, "output/page.html").content.decode()


def test_it_gives_a_preview_alone_to_htmx(client, run):
    address = f"/runs/{run.pk}/artifacts/preview/output/t.csv"
    assert "<html" not in client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert client.get(address).url == f"/runs/{run.pk}/?tab=artifacts&path=output%2Ft.csv"


@pytest.mark.parametrize(
    "path",
    ["../..", "..%2f..", "output/../../..", ".secret", "/etc/passwd", "nope", "a\0b", "x" * 5000],
)
def test_it_never_leaves_the_directory(client, run, path):
    answer = look(client, run, path)
    assert answer.status_code == 404 and b"do-not-show" not in answer.content


def test_it_does_not_follow_a_link_out(client, run):
    (run.directory / "output" / "etc").symlink_to("/etc")
    assert look(client, run, "output/etc/passwd").status_code == 404
    assert client.get(f"/runs/{run.pk}/artifacts/file/output/etc/passwd").status_code == 404


async def body(answer):
    return b"".join([chunk async for chunk in answer.streaming_content])


@pytest.mark.django_db(transaction=True)
async def test_it_sends_files_as_attachments_that_cannot_run(async_client, member, make_run):
    run = await sync_to_async(make_run)()
    (run.directory / "page.html").write_text("<script>alert(1)</script>")
    (run.directory / "p.png").write_bytes(PNG)
    await async_client.aforce_login(member)
    page = await async_client.get(f"/runs/{run.pk}/artifacts/file/page.html")
    assert page["Content-Type"] == "application/octet-stream"
    assert "attachment" in page["Content-Disposition"]
    assert page["X-Content-Type-Options"] == "nosniff"
    assert await body(page) == b"<script>alert(1)</script>"
    image = await async_client.get(f"/runs/{run.pk}/artifacts/file/p.png")
    assert image["Content-Type"] == "image/png"


@pytest.mark.django_db(transaction=True)
async def test_it_packs_a_folder(async_client, member, make_run):
    run = await sync_to_async(make_run)()
    sub = run.directory / "output" / "sub"
    sub.mkdir(parents=True)
    (sub / "ü.txt").write_text("hello")
    (sub / ".hidden").write_text("x")
    await async_client.aforce_login(member)
    answer = await async_client.get(f"/runs/{run.pk}/artifacts.zip", {"path": "output"})
    archive = zipfile.ZipFile(io.BytesIO(await body(answer)))
    assert archive.namelist() == ["sub/ü.txt"] and archive.read("sub/ü.txt") == b"hello"
    refused = await async_client.get(f"/runs/{run.pk}/artifacts.zip", {"path": "../.."})
    assert refused.status_code == 404
