"""Checkpoints in the admin site: to look at, with the history of their reviews."""

from runs.checkpoints.review import review_checkpoint

LIST = "/admin/runs/checkpoint/"


def test_it_lists_searches_and_filters(client, staff, checkpoint_row):
    checkpoint_row(suffix="findable")
    client.force_login(staff)
    assert "findable" in client.get(LIST, {"q": "findable"}).content.decode()
    assert "findable" not in client.get(LIST, {"decision__exact": "approved"}).content.decode()


def test_it_shows_the_reviews_and_changes_nothing(client, staff, checkpoint_row):
    checkpoint = checkpoint_row()
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision="rejected", note="diverged")
    client.force_login(staff)
    page = client.get(f"{LIST}{checkpoint.pk}/change/")
    assert "diverged" in page.content.decode()
    assert client.get(f"{LIST}add/").status_code == 403
    assert (
        client.post(f"{LIST}{checkpoint.pk}/change/", {"decision": "approved"}).status_code == 403
    )


def test_members_do_not_get_in(client, member):
    client.force_login(member)
    assert client.get(LIST).status_code == 302
