"""Staff clean up runs in the admin site; files never stay behind."""

import pytest

from runs.models import Run

LIST = "/admin/runs/run/"


@pytest.fixture
def site(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def ended(make_run):
    def make(name="old", status="completed"):
        run = make_run(name=name)
        Run.objects.filter(pk=run.pk).update(status=status)
        run.refresh_from_db()
        return run

    return make


def act(site, action, *runs, **more):
    return site.post(
        LIST, {"action": action, "_selected_action": [run.pk for run in runs], **more}, follow=True
    )


def text(response):
    return " ".join(response.content.decode().split())


def test_it_lists_searches_and_filters(site, make_run):
    run = make_run(name="findable")
    assert "findable" in text(site.get(LIST, {"q": "FINDABLE".lower(), "status__exact": "pending"}))
    assert "findable" not in text(site.get(LIST, {"status__exact": "failed"}))
    assert site.get(f"{LIST}{run.pk}/change/").status_code == 200


def test_it_asks_as_few_queries_for_many_as_for_one(site, run_row, django_assert_max_num_queries):
    for number in range(40):
        run_row(name=f"row{number}")
    with django_assert_max_num_queries(14):
        assert "row39" in text(site.get(LIST))


def test_it_offers_no_deletion_that_leaves_files(site, ended):
    ended()
    assert "delete_selected" not in text(site.get(LIST))


def test_it_says_how_much_goes_before_it_goes(site, ended):
    runs = [ended("one"), ended("two")]
    response = act(site, "delete_with_files", *runs)
    assert "2 runs" in text(response)
    assert "4 files" in text(response)
    assert Run.objects.count() == 2


def test_it_deletes_with_files_once_the_number_is_typed(site, ended):
    runs = [ended("one"), ended("two")]
    assert "was not" in text(act(site, "delete_with_files", *runs, answer="3"))
    assert Run.objects.count() == 2
    response = act(site, "delete_with_files", *runs, answer="2")
    assert "2 runs deleted: 4 files" in text(response)
    assert not Run.objects.exists()
    assert not any(run.directory.exists() for run in runs)


def test_it_keeps_runs_that_have_not_ended_and_says_which(site, ended, make_run):
    running = make_run(name="busy")
    old = ended("old")
    assert "busy" in text(act(site, "delete_with_files", old, running))
    response = act(site, "delete_with_files", old, running, answer="old")
    assert list(Run.objects.all()) == [running]
    assert running.directory.exists()
    assert "1 run deleted" in text(response)


def test_it_deletes_one_from_its_own_page(site, ended):
    run = ended("single")
    address = f"{LIST}{run.pk}/delete/"
    assert "single" in text(site.get(address))
    site.post(address, {"answer": "single"})
    assert not Run.objects.exists()
    assert not run.directory.exists()


def test_it_cancels_and_says_what_cannot_be(site, ended, make_run):
    waiting, old = make_run(name="waiting"), ended("old")
    response = act(site, "cancel", waiting, old)
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
    assert "1 run told to stop" in text(response)
    assert "already ended" in text(response)


def test_it_retries_for_the_owner(site, ended, member):
    old = ended()
    act(site, "retry", old)
    retry = Run.objects.exclude(pk=old.pk).get()
    assert (retry.owner, retry.origin) == (member, old)


def test_it_lets_nobody_add_or_change_a_run(site, make_run):
    run = make_run()
    assert site.get(f"{LIST}add/").status_code == 403
    assert site.post(f"{LIST}{run.pk}/change/", {"name": "x"}).status_code == 403


def test_it_is_closed_to_members(client, member, ended):
    run = ended()
    client.force_login(member)
    response = act(client, "delete_with_files", run, answer="old")
    assert response.status_code == 403
    assert "for staff" in text(response)
    assert Run.objects.exists()


def test_it_is_open_to_staff_who_are_no_superusers(client, django_user_model, ended):
    ended("seen")
    user = django_user_model.objects.create_user("plain", is_staff=True)
    client.force_login(user)
    assert "seen" in text(client.get(LIST))
    assert client.get("/admin/auth/user/").status_code == 403


def test_it_escapes_what_a_run_is_called(site, run_row):
    run_row(name="<script>alert(1)</script>", status="completed")
    assert "<script>alert" not in text(act(site, "delete_with_files", Run.objects.get()))
