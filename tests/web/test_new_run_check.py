"""The answer while typing: the other side is renewed, never the one that is typed in."""

import re

import pytest

from runs.models import Run

from .test_new_run import fields_of

CHECK = "/runs/new/check/"


@pytest.fixture
def check(client, member, program):
    client.force_login(member)
    sent = fields_of(client.get("/runs/new/?template=quick_seconds").content.decode())

    def ask(**changed):
        response = client.post(CHECK, sent | changed, headers={"HX-Request": "true"})
        assert response.status_code == 200
        return response.content.decode()

    return ask


def swapped(html):
    return set(re.findall(r'<\w+[^>]* id="([^"]+)"[^>]*hx-swap-oob', html)) | set(
        re.findall(r'<\w+ id="([^"]+)"[^>]*hx-swap-oob', html)
    )


def test_it_renews_the_text_for_an_edited_field(check):
    html = check(edited="fields", **{"set.general_settings.erlang_stop": "250"})
    assert {"config", "base-config", "diff", "problems", "check-state"} <= swapped(html)
    assert "fields" not in swapped(html)
    assert "erlang_stop = 250" in html


def test_it_renews_the_fields_for_an_edited_text(check):
    html = check(edited="text", config="[general_settings]\nerlang_stop = 77\n")
    assert {"fields", "base-config", "diff", "problems"} <= swapped(html)
    assert "config" not in swapped(html)
    assert 'value="77"' in html


def test_it_touches_neither_side_for_a_fact(check):
    html = check(name="a b")
    assert not {"fields", "config", "base-config"} & swapped(html)
    assert "cannot be a directory" in html


def test_it_touches_neither_side_while_the_text_does_not_parse(check):
    html = check(edited="text", config="nonsense\n")
    assert not {"fields", "config", "base-config"} & swapped(html)
    assert "expected a [section]" in html


def test_it_shows_the_fault_at_the_field(check):
    html = check(edited="fields", **{"set.general_settings.erlang_stop": "-1"})
    number = re.search(r'id="fault-set-1"[^>]*>([^<]+)', html)
    assert number


def test_it_tells_of_a_new_project(check):
    assert "A new project will be made" in check(project="fresh")
    assert "A new project will be made" not in check(project="general")


def test_it_creates_nothing(check):
    check(edited="fields", project="fresh")
    assert not Run.objects.exists()


def test_it_is_for_posts_alone(client, member):
    client.force_login(member)
    assert client.get(CHECK).status_code == 405
