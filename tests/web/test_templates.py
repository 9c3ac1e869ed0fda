"""The templates of each program."""

import pytest

from runs.models import Program


@pytest.fixture
def folder(folders, script_program):
    script_program("")
    folder = folders / "templates" / "script"
    folder.mkdir(parents=True)
    return folder


def test_it_lists_the_bundled_templates(client, member, program):
    client.force_login(member)
    html = client.get("/templates/").content.decode()
    assert "3 templates" in html
    assert "/runs/new/?program=fusion-sim&amp;template=quick_seconds" in html


def test_it_shows_a_nested_template_as_text(client, member, folder):
    (folder / "paper").mkdir()
    (folder / "paper" / "fig3.ini").write_text("; the third\n[a]\nb = <script>alert(1)</script>\n")
    client.force_login(member)
    html = client.get("/templates/script/paper/fig3/").content.decode()
    assert "the third" in html
    assert "<script>alert" not in html
    assert "template=paper%2Ffig3" in html


def test_it_tells_staff_alone_which_files_cannot_be_used(client, member, staff, folder):
    (folder / "broken.ini").write_bytes(b"\xff\xfe\x00")
    client.force_login(member)
    assert "broken.ini" not in client.get("/templates/").content.decode()
    client.force_login(staff)
    assert "broken.ini" in client.get("/templates/").content.decode()


@pytest.mark.parametrize(
    "path", ["script/none", "none/none", "script/../../secret", "script/%2e%2e"]
)
def test_it_finds_no_template_that_is_not_listed(client, member, folder, path):
    (folder.parent / "secret.ini").write_text("[a]\n")
    client.force_login(member)
    assert client.get(f"/templates/{path}/").status_code == 404


def test_it_says_where_templates_go_where_there_are_none(client, member, folder):
    client.force_login(member)
    assert "No template yet" in client.get("/templates/").content.decode()
    Program.objects.all().delete()
    assert "manage.py setup" in client.get("/templates/").content.decode()
