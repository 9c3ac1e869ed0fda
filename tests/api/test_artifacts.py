"""Files of runs and jobs over HTTP."""

import io
import os
from urllib.parse import quote
from zipfile import ZipFile

import pytest
from asgiref.sync import async_to_sync

from tests.cleanup.conftest import disk_job  # noqa: F401


@pytest.fixture
def run(make_run):
    run = make_run()
    output = run.directory / "output"
    output.mkdir(parents=True, exist_ok=True)
    (output / "table.csv").write_text("load,loss\n50,0.1\n")
    (output / ".hidden").write_text("hidden")
    (output / "plots").mkdir()
    return run


def listing(script, run, **query):
    response = script.get(f"/runs/{run.pk}/artifacts", **query)
    assert response.status_code == 200, response.content
    return response.json()


def names(answer):
    return [item["name"] for item in answer["items"]]


def content(response):
    async def gather():
        return b"".join([chunk async for chunk in response.streaming_content])

    return async_to_sync(gather)()


def download(script, run, path, **headers):
    return script.client.get(f"/api/v1/runs/{run.pk}/artifacts/{path}", headers=headers)


def test_it_lists_a_folder_without_what_is_hidden(script, run):
    answer = listing(script, run, path="output")
    assert names(answer) == ["plots", "table.csv"]
    assert (answer["path"], answer["total"], answer["next"]) == ("output", 2, None)
    assert answer["entries"] == answer["items"]
    folder, file = answer["items"]
    assert (folder["type"], folder["address"]) == ("directory", None)
    assert (file["type"], file["path"], file["size_bytes"]) == ("file", "output/table.csv", 17)
    assert file["address"] == "output/table.csv"
    assert file["modified_at"].endswith(("Z", "+00:00"))


def test_it_lists_the_files_of_a_job(script, disk_job):  # noqa: F811
    job = disk_job()
    base = "/jobs/" + "/".join(job.path.parts)
    assert names(script.get(f"{base}/artifacts").json()) == ["metadata.json", "output.log"]
    assert content(script.get(f"{base}/artifacts/output.log")) == b"one\ntwo\n"
    assert script.get(f"{base}/artifacts/output.log/preview").json()["text"] == "one\ntwo\n"
    packed = ZipFile(io.BytesIO(content(script.get(f"{base}/artifacts.zip"))))
    assert set(packed.namelist()) == {"metadata.json", "output.log"}


def test_it_pages_through_a_large_folder_while_files_are_added(script, run):
    folder = run.directory / "output" / "many"
    folder.mkdir()
    for n in range(25):
        (folder / f"load_{n}").touch()
    (folder / "sub").mkdir()
    seen, cursor = [], ""
    while cursor is not None:
        page = listing(script, run, path="output/many", limit=7, cursor=cursor)
        assert page["total"] >= 26
        seen += names(page)
        cursor = page["next"]
        (folder / "a_late_one").touch()
    assert seen == ["sub", *(f"load_{n}" for n in range(25))]


@pytest.mark.parametrize("cursor", ["x", "f", "f!!", "f" + "A" * 5, "d\0", "f/w=="])
def test_it_survives_a_cursor_that_is_none(script, run, cursor):
    response = script.get(f"/runs/{run.pk}/artifacts", cursor=cursor)
    assert response.status_code in (200, 422)


def test_it_lists_a_name_that_is_no_text(script, run):
    for name in (b"\xff.bin", b"b.txt", b"a.txt"):
        (run.directory / "output" / "plots" / os.fsdecode(name)).touch()
    first = listing(script, run, path="output/plots", limit=2)
    rest = listing(script, run, path="output/plots", limit=2, cursor=first["next"])
    both = first["items"] + rest["items"]
    assert [item["name"] for item in both] == ["a.txt", "b.txt", "\ufffd.bin"]
    assert both[2]["address"] is None


def test_it_sends_a_file_as_an_attachment(script, run):
    response = download(script, run, "output/table.csv")
    assert content(response) == b"load,loss\n50,0.1\n"
    assert response["Content-Disposition"] == 'attachment; filename="table.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_it_sends_the_range_that_is_asked_for(script, run):
    part = download(script, run, "output/table.csv", range="bytes=5-8")
    assert (part.status_code, content(part)) == (206, b"loss")
    assert part["Content-Range"] == "bytes 5-8/17"
    assert download(script, run, "output/table.csv", range="bytes=99-").status_code == 416


NAMES = ["preview", "~preview", "~~preview", "log", "a b#c?.txt", "100%", "ä\n", "…", ";x", "&"]


@pytest.mark.parametrize("name", NAMES)
def test_it_reaches_a_file_whatever_its_name_by_the_address_it_told(script, run, name):
    (run.directory / "output" / "plots" / name).write_text(f"content of {name}")
    item = listing(script, run, path="output/plots")["items"][0]
    assert item["name"] == name
    response = download(script, run, item["address"])
    assert content(response).decode() == f"content of {name}"
    look = download(script, run, f"{item['address']}/preview")
    assert look.json()["text"] == f"content of {name}"


def test_it_reaches_a_file_in_a_folder_called_preview(script, run):
    folder = run.directory / "output" / "preview"
    folder.mkdir()
    (folder / "preview").write_text("inner")
    assert content(download(script, run, "output/preview/~preview")) == b"inner"
    assert download(script, run, "output/preview/preview").status_code == 404
    (run.directory / "preview").write_text("top")
    assert content(download(script, run, "preview")) == b"top"


def test_it_looks_into_a_table(script, run):
    look = download(script, run, "output/table.csv/preview").json()
    assert (look["kind"], look["columns"], look["rows"]) == (
        "csv", ["load", "loss"], [["50", "0.1"]],
    )  # fmt: skip


def test_it_looks_into_a_document_as_text_alone(script, run):
    (run.directory / "output" / "page.html").write_text("<script>alert(1)</script>")
    response = download(script, run, "output/page.html/preview")
    assert response["Content-Type"].startswith("application/json")
    assert response.json()["kind"] == "text"


@pytest.mark.parametrize("path", ["output", "output/plots", "output/nothing", "nothing/at/all"])
def test_it_sends_no_folder_and_nothing_that_is_missing(script, run, path):
    for address in (path, f"{path}/preview"):
        response = download(script, run, address)
        assert response.status_code == 404
        assert response.json()["error"]["code"] == "artifact_not_found"


OUTSIDE = [
    "../../secret", "..%2f..%2fsecret", "%2e%2e/secret", "output/..%2f..%2f..%2fsecret",
    "%2fetc%2fpasswd", "/etc/passwd", "output/.hidden", ".template.ini", "%252e%252e/secret",
    "output/%00", "..\\secret", "output/./../../x", "%c0%ae%c0%ae/secret",
]  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
def test_it_never_leads_out_of_the_directory(script, run, path):
    (run.directory.parent.parent / "secret").write_text("secret")
    for address in (path, f"{path}/preview"):
        response = download(script, run, address)
        assert response.status_code in (404, 422)
        assert b"secret" not in response.content.replace(b"secret'", b"")
    folder = script.client.get(f"/api/v1/runs/{run.pk}/artifacts?path={path}")
    assert folder.status_code in (404, 422)


def test_it_follows_no_link_out_of_the_directory(script, run, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("secret")
    (run.directory / "output" / "link").symlink_to(tmp_path / "outside")
    (run.directory / "output" / "file").symlink_to(tmp_path / "outside" / "secret.txt")
    assert names(listing(script, run, path="output")) == ["plots", "table.csv"]
    assert download(script, run, "output/link/secret.txt").status_code == 404
    assert download(script, run, "output/file").status_code == 404
    packed = ZipFile(io.BytesIO(content(script.get(f"/runs/{run.pk}/artifacts.zip"))))
    assert not any("secret" in name or "file" in name for name in packed.namelist())


def test_it_refuses_a_directory_that_became_a_link(script, disk_job, tmp_path):  # noqa: F811
    job = disk_job()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    for entry in job.directory.iterdir():
        entry.unlink()
    job.directory.rmdir()
    job.directory.symlink_to(outside)
    base = "/jobs/" + "/".join(job.path.parts)
    for part in ("artifacts", "artifacts/secret.txt", "artifacts/secret.txt/preview",
                 "artifacts.zip", "artifacts/../secret.txt"):  # fmt: skip
        assert script.get(f"{base}/{part}").status_code == 404


def test_it_says_that_the_directory_is_gone(script, run):
    import shutil

    shutil.rmtree(run.directory)
    response = script.get(f"/runs/{run.pk}/artifacts")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "artifact_not_found"
    assert str(run.directory.parent) not in response.content.decode()


def test_it_packs_a_folder(script, run):
    response = script.get(f"/runs/{run.pk}/artifacts.zip", path="output")
    assert response["Content-Type"] == "application/zip"
    packed = ZipFile(io.BytesIO(content(response)))
    assert packed.namelist() == ["table.csv"]
    assert script.get(f"/runs/{run.pk}/artifacts.zip", path="output/table.csv").status_code == 404


def test_it_does_not_wait_for_a_pipe(script, run):
    os.mkfifo(run.directory / "output" / "pipe")
    assert download(script, run, "output/pipe").status_code == 404
    assert quote("output/pipe") not in str(listing(script, run, path="output"))
