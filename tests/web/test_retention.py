"""Staff edit a project's rules, rehearse them and apply what they rehearsed."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from runs.models import Checkpoint, Project, Retention, Trash
from tests.disk import write_checkpoint

PAGE = "/projects/gpt/retention/"
RULE = {"subject": "checkpoints", "keep_latest": "1", "keep_approved": "on", "best_is": "lowest"}


@pytest.fixture
def gpt(db):
    return Project.objects.create(slug="gpt")


@pytest.fixture
def site(client, staff, gpt):
    client.force_login(staff)
    return client


@pytest.fixture
def checkpoints(checkpoint_row):
    """Three of one name, the first the oldest, with their files."""

    def make(**fields):
        rows = []
        for number in range(3):
            at = timezone.now() - timedelta(days=3 - number)
            row = checkpoint_row(suffix=f"step/{number}", saved_at=at, size_bytes=100, **fields)
            write_checkpoint(row.root.directory, row.suffix)
            rows.append(row)
        return rows

    return make


def text(response):
    return " ".join(response.content.decode().split())


def rehearse(client, **fields):
    return client.get(PAGE, {**RULE, **fields})


def token(response):
    return re.search(r'name="plan" value="(\w+)"', text(response))[1]


def test_it_rehearses_without_saving_or_removing(site, checkpoints):
    rows = checkpoints()
    page = text(rehearse(site))
    assert "2 directories would go" in page
    assert "the newest of lm_small" in page and "nothing protects it" in page
    assert not Retention.objects.exists()
    assert all(row.directory.exists() for row in rows)


def test_it_saves_a_rule_in_the_units_of_the_page(site, gpt):
    data = {**RULE, "action": "save", "budget_gigabytes": "1.5", "older_than_days": "30"}
    site.post(PAGE, data)
    rule = Retention.objects.get()
    assert (rule.project, rule.subject) == (gpt, "checkpoints")
    assert (rule.budget_bytes, rule.older_than_days) == (1_500_000_000, 30)
    assert 'value="1.5"' in text(site.get(PAGE))
    site.post(PAGE, {**RULE, "action": "save"})
    assert Retention.objects.get().budget_bytes is None


def test_it_applies_what_was_rehearsed_once_the_number_is_typed(site, checkpoints):
    rows = checkpoints()
    data = {**RULE, "action": "apply", "plan": token(rehearse(site))}
    assert site.post(PAGE, {**data, "confirm": "3"}).status_code == 422
    assert Checkpoint.objects.count() == 3
    done = text(site.post(PAGE, {**data, "confirm": "2"}, follow=True))
    assert "Moved 2 to the trash: 12 files" in done and "Undo" in done
    assert Checkpoint.objects.get() == rows[2]
    assert [row.directory.exists() for row in rows] == [False, False, True]
    assert Trash.objects.first().reason == "retention: nothing protects it"


def test_it_applies_nothing_that_was_not_rehearsed(site, checkpoints):
    rows = checkpoints()
    data = {**RULE, "action": "apply", "plan": token(rehearse(site)), "confirm": "2"}
    Checkpoint.objects.filter(pk=rows[0].pk).update(pinned=True, decision="approved")
    response = site.post(PAGE, data)
    assert response.status_code == 422
    assert "has changed since" in text(response)
    assert Checkpoint.objects.count() == 3


def test_a_manager_of_the_project_saves_and_applies(client, member, gpt, checkpoints):
    gpt.managers.add(member)
    client.force_login(member)
    checkpoints()
    rule = {"subject": "checkpoints", "keep_latest": "0", "best_is": "lowest"}
    client.post(PAGE, {**rule, "action": "save"})
    assert Retention.objects.get().keep_latest == 0
    page = client.get(PAGE, rule)
    sent = {**rule, "action": "apply", "plan": token(page)}
    sent["confirm"] = str(len(page.context["plan"].going))
    assert client.post(PAGE, sent).status_code == 302
    assert Trash.objects.filter(deleted_by=member).count() == int(sent["confirm"]) > 0


def test_it_lets_members_look_and_rehearse_alone(client, member, gpt, checkpoints):
    checkpoints()
    client.force_login(member)
    page = text(rehearse(client))
    assert "2 directories would go" in page
    assert ">Apply<" not in page and "Save the rule" not in page
    for action in ("save", "apply"):
        assert client.post(PAGE, {**RULE, "action": action}).status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("keep_latest", "-1", "greater than or equal to 0"),
        ("keep_latest", "many", "whole number"),
        ("keep_best", "2", "Name the metric"),
        ("older_than_days", "9999999", "less than or equal to"),
        ("budget_gigabytes", "nan", "number"),
        ("budget_gigabytes", "1e300", "less than or equal to"),
        ("best_is", "nicest", "valid choice"),
    ],
)
def test_it_says_at_the_field_what_is_wrong(site, field, value, words):
    response = site.post(PAGE, {**RULE, "action": "save", field: value})
    assert response.status_code == 422
    assert words in text(response)
    assert not Retention.objects.exists()


def test_it_refuses_an_unknown_project_or_subject(site):
    assert site.get("/projects/nobody/retention/").status_code == 404
    assert site.post(PAGE, {**RULE, "subject": "users"}).status_code == 422


def test_it_says_that_nothing_would_go(site):
    page = text(rehearse(site))
    assert "0 directories would go" in page
    assert ">Apply<" not in page


def test_it_shows_a_part_of_a_long_plan(site, checkpoint_row):
    row = checkpoint_row()
    Checkpoint.objects.bulk_create(
        Checkpoint(root=row.root, project="gpt", group="g", name="n", suffix=str(n), complete=True)
        for n in range(300)
    )
    page = text(rehearse(site, keep_latest="0"))
    assert "301 directories would go" in page
    assert "and 101 more go" in page
