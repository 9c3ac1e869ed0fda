"""The page of a checkpoint: what it tells, what it reads from disk, what it refuses."""

import json

import pytest
from django.utils import timezone

from runs.checkpoints.review import review_checkpoint, review_mark
from runs.discovery.roots import root_row
from runs.models import Checkpoint, Event, Review, Root
from tests.disk import write_checkpoint

ADDRESS = "/checkpoints/gpt/baselines/lm_small/final/1073741824/"


@pytest.fixture
def checkpoint(client, member, checkpoint_row, checkpoint_root):
    """One with its files, and the member logged in."""
    write_checkpoint(checkpoint_root.directory, "final/1073741824")
    client.force_login(member)
    return checkpoint_row(
        suffix="final/1073741824",
        steps=4096,
        score=0.5,
        metrics={"steps": 4096, "score": 0.5},
        config_name="config.yaml",
        latest="file",
        made_by_id="0a1b2c3d",
        size_bytes=4_200_000,
        files=7,
    )


def text(response):
    return response.content.decode()


def test_it_tells_what_the_table_knows(client, checkpoint):
    html = text(client.get(ADDRESS))
    for words in ("final/1073741824", "unreviewed", "complete", "the latest of its name"):
        assert words in html
    assert "4.2 MB in 7 files" in html and "4,096" in html
    assert "0a1b2c3d" in html and "job.json" in html


def test_it_says_why_it_is_incomplete_and_which_is_the_latest(client, checkpoint, checkpoint_row):
    half = checkpoint_row(suffix="x", complete=False, reason="no commit_success.txt")
    html = text(client.get(half.get_absolute_url()))
    assert "incomplete: no commit_success.txt" in html
    assert f'latest is <a href="{ADDRESS}">' in html


def test_a_fallback_says_that_it_is_one(client, member, checkpoint_row):
    client.force_login(member)
    html = text(client.get(checkpoint_row(latest="fallback").get_absolute_url()))
    assert "the newest complete one" in html


def test_it_shows_its_configuration_coloured(client, checkpoint):
    html = text(client.get(f"{ADDRESS}?tab=configuration"))
    assert html.index("config.yaml") < html.index("config.json")
    assert "optimization" in html and 'class="line"' in html


@pytest.mark.parametrize("tab", ["overview", "configuration", "diff", "files", "history", "odd"])
@pytest.mark.parametrize("gone", [True, False])
def test_every_tab_stands_without_a_directory(client, member, checkpoint_row, tab, gone):
    client.force_login(member)
    row = checkpoint_row(gone_at=timezone.now() if gone else None, decision="approved")
    response = client.get(row.get_absolute_url(), {"tab": tab})
    assert response.status_code == 200
    assert ("Its directory vanished" in text(response)) is gone


def test_htmx_gets_the_tab_alone_and_a_script_the_header(client, checkpoint):
    tab = client.get(f"{ADDRESS}?tab=history", headers={"HX-Request": "true"})
    assert "<html" not in text(tab) and "Nobody has reviewed it yet" in text(tab)
    header = client.get(f"{ADDRESS}?part=header", headers={"HX-Request": "true"})
    assert "<html" not in text(header) and "tab-body" not in text(header)


def test_it_compares_with_the_approved_one(client, checkpoint, checkpoint_row, checkpoint_root):
    other = write_checkpoint(checkpoint_root.directory, "ntoks/1", latest=False)
    (other / "config.yaml").write_text("optimization:\n  lr: 0.1\n  new: <b>\n")
    checkpoint_row(suffix="ntoks/1", decision="approved")
    html = text(client.get(f"{ADDRESS}?tab=diff"))
    assert "optimization.lr" in html and "0.1" in html and "0.0003" in html
    assert "not here" in html and "<b>" not in html


def test_it_compares_with_the_one_asked_for(client, checkpoint, checkpoint_row, checkpoint_root):
    write_checkpoint(checkpoint_root.directory, "ntoks/1", latest=False)
    other = checkpoint_row(suffix="ntoks/1")
    assert "No value differs" in text(client.get(f"{ADDRESS}?tab=diff&against={other.pk}"))


@pytest.mark.parametrize("against", ["x", "999999", "9" * 40, "-1"])
def test_it_knows_no_other_to_compare_with(client, checkpoint, against):
    assert client.get(f"{ADDRESS}?tab=diff&against={against}").status_code == 404


def test_it_does_not_compare_across_projects(client, checkpoint, checkpoint_row):
    other = checkpoint_row(project="secret")
    assert client.get(f"{ADDRESS}?tab=diff&against={other.pk}").status_code == 404


@pytest.mark.parametrize("written", ["a: [", "\0", "x" * 300_000, "- 1\n- 2\n"])
def test_a_broken_configuration_is_shown_and_said(
    client, checkpoint, checkpoint_row, checkpoint_root, written
):
    other = write_checkpoint(checkpoint_root.directory, "ntoks/1", latest=False)
    (other / "config.yaml").write_text(written)
    broken = checkpoint_row(suffix="ntoks/1")
    assert client.get(f"{broken.get_absolute_url()}?tab=configuration").status_code == 200
    html = text(client.get(f"{ADDRESS}?tab=diff&against={broken.pk}"))
    assert "config.yaml" in html


def test_it_lists_its_files_and_hands_them_out(client, checkpoint):
    html = text(client.get(f"{ADDRESS}?tab=files"))
    assert "checkpoint/" in html and "?file=config.yaml" in html
    assert "commit_success.txt" in text(client.get(f"{ADDRESS}?tab=files&path=checkpoint"))
    response = client.get(f"{ADDRESS}?file=checkpoint/d")
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("path", ["../lm_small/latest", "/etc/passwd", "%00", "checkpoint/../.."])
def test_no_file_outside_is_handed_out(client, checkpoint, path):
    assert client.get(f"{ADDRESS}?file={path}").status_code == 404
    assert client.get(f"{ADDRESS}?tab=files&path={path}").status_code == 404


def test_a_symlink_out_of_the_root_is_not_followed(client, checkpoint, checkpoint_root, tmp_path):
    (tmp_path / "secret").write_text("do-not-show")
    directory = checkpoint.directory
    (directory / "job.json").unlink()
    (directory / "job.json").symlink_to(tmp_path / "secret")
    assert "do-not-show" not in text(client.get(ADDRESS))
    assert client.get(f"{ADDRESS}?file=job.json").status_code == 404


def test_a_directory_that_became_a_symlink_is_gone(client, checkpoint, tmp_path):
    outside = checkpoint.directory.rename(tmp_path / "outside")
    checkpoint.directory.symlink_to(outside)
    assert "files are gone" in text(client.get(f"{ADDRESS}?tab=files"))
    assert client.get(f"{ADDRESS}?file=config.yaml").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/checkpoints/gpt/baselines/lm_small/final/",
        "/checkpoints/gpt/baselines/lm_small/final/1073741824/x/",
        "/checkpoints/gpt/baselines/../baselines/lm_small/final/1073741824/",
        "/checkpoints/gpt/baselines/lm_small/..%2f..%2f/",
        ADDRESS + "?root=999",
    ],
)
def test_an_address_is_a_key_and_no_path(client, checkpoint, address):
    assert client.get(address).status_code == 404


def test_the_first_root_is_meant_until_another_is_named(
    client, checkpoint, checkpoint_row, tmp_path
):
    second = root_row(tmp_path / "more", Root.Kind.CHECKPOINTS, 1)
    twin = checkpoint_row(root=second, suffix="final/1073741824", reason="twin", complete=False)
    assert twin.get_absolute_url() == f"{ADDRESS}?root={second.pk}"
    assert "incomplete: twin" not in text(client.get(ADDRESS))
    html = text(client.get(twin.get_absolute_url()))
    assert "incomplete: twin" in html
    assert f"?root={second.pk}&amp;tab=files" in html


def test_a_member_sees_no_review_form_and_may_not_send_one(client, checkpoint):
    assert 'value="approve"' not in text(client.get(ADDRESS))
    assert client.post(ADDRESS, {"action": "approve"}).status_code == 403
    assert not Review.objects.exists()


def test_staff_decide_on_the_page(client, checkpoint, staff):
    client.force_login(staff)
    assert 'value="approve"' in text(client.get(ADDRESS))
    response = client.post(ADDRESS, {"action": "approve", "seen": review_mark(checkpoint)})
    assert response.url == ADDRESS
    html = text(client.get(ADDRESS, {"tab": "history"}))
    assert "Approved and pinned" in html and "by root" in html
    assert Event.objects.get().kind == "checkpoint.approved"


def test_staff_undo_and_unpin_on_the_page(client, checkpoint, staff):
    client.force_login(staff)
    review = review_checkpoint(actor=staff, checkpoint=checkpoint, decision="approved")
    client.post(ADDRESS, {"action": "unpin"})
    assert not Checkpoint.objects.get().pinned
    assert client.post(ADDRESS, {"action": "undo", "review": review.pk}).status_code == 409
    newest = Review.objects.order_by("-pk").first()
    assert f'value="{newest.pk}"' in text(client.get(ADDRESS))
    client.post(ADDRESS, {"action": "undo", "review": newest.pk})
    assert Checkpoint.objects.get().pinned


def test_a_form_that_is_too_old_is_refused_with_the_reason(client, checkpoint, staff, member):
    member.is_staff = True
    member.save()
    review_checkpoint(actor=staff, checkpoint=checkpoint, decision="approved")
    response = client.post(ADDRESS, {"action": "reject", "note": "no", "seen": "never"})
    assert response.status_code == 409
    assert "root approved it meanwhile" in text(response)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 422),
        ({"action": "explode"}, 422),
        ({"action": "reject"}, 422),
        ({"action": "undo", "review": "x"}, 404),
        ({"action": "undo", "review": "9" * 40}, 404),
    ],
)
def test_it_refuses_what_is_no_action(client, checkpoint, staff, sent, status):
    client.force_login(staff)
    assert client.post(ADDRESS, sent).status_code == status


def test_notes_and_metrics_are_text(client, staff, checkpoint_row):
    checkpoint = checkpoint_row(
        metrics={"<script>": 1.5}, decision="rejected", review_note="<img src=x>",
        reviewed_by=staff, reviewed_at=timezone.now(),
    )  # fmt: skip
    client.force_login(staff)
    html = text(client.get(checkpoint.get_absolute_url()))
    assert "<img" not in html and "&lt;script&gt;" in html


def test_a_job_spec_of_any_shape_is_shown(client, checkpoint):
    (checkpoint.directory / "job.json").write_text(json.dumps(["<b>", 1]))
    assert "&lt;b&gt;" in text(client.get(ADDRESS))


def test_it_links_to_the_run_and_the_job_that_made_it(
    client, checkpoint_row, member, run_row, job_row
):
    client.force_login(member)
    run = run_row(name="pretrain")
    job_row(run_id="0a1b2c3d")
    mine = checkpoint_row(suffix=f"{run.pk}/load_3")
    theirs = checkpoint_row(suffix="best", made_by_id="0a1b2c3d")
    assert f'href="/runs/{run.pk}/"' in text(client.get(mine.get_absolute_url()))
    assert "0a1b2c3d/" in text(client.get(theirs.get_absolute_url()))
