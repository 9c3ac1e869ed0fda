"""Set-up makes what is missing, once, and tells no secret."""

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from runs.models import Program


def setup(**options):
    out = StringIO()
    call_command("setup", stdout=out, **options)
    return out.getvalue()


def test_it_makes_program_and_first_staff_user(db):
    said = setup()
    admin = get_user_model().objects.get()
    assert (admin.username, admin.is_superuser) == ("admin", True)
    assert not admin.has_usable_password()
    assert Program.objects.exists()
    assert "without a password" in said


def test_it_does_nothing_the_second_time(db):
    setup()
    assert setup() == ""


def test_it_makes_no_staff_user_beside_another(staff):
    setup()
    assert get_user_model().objects.get() == staff


def test_it_makes_nobody_staff_who_is_not(db):
    get_user_model().objects.create_user("admin")
    assert "createsuperuser" in setup()
    assert not get_user_model().objects.get().is_staff


def test_it_is_silent_when_told_to(db):
    assert setup(verbosity=0) == ""


def test_it_says_that_templates_cannot_be_written(db, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.FUSIONWEB_TEMPLATES = [tmp_path / "file"]
    with pytest.raises(CommandError, match="templates cannot be written"):
        setup()


def test_it_prints_a_link_that_logs_in_once(client, staff):
    out = StringIO()
    call_command("login_link", "root", base_url="http://testserver/", stdout=out)
    link = out.getvalue().strip()
    assert link.startswith("http://testserver/accounts/link/")
    assert client.get(link).status_code == 302
    assert client.get(link).status_code == 403


def test_it_prints_no_link_for_who_may_not_log_in(member):
    with pytest.raises(CommandError, match="no user"):
        call_command("login_link", "nobody")
    member.is_active = False
    member.save()
    with pytest.raises(CommandError, match="switched off"):
        call_command("login_link", "ada")
