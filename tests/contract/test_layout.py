from pathlib import Path

import pytest

from runs.contract.layout import JobPath, check_name
from runs.errors import NameInvalid, PathOutside


@pytest.mark.parametrize("value", ["a", "9", "lm_small", "20261119_214811", "A.b-c", "x" * 100])
def test_it_takes_plain_names(value):
    assert check_name(value, "name") == value


@pytest.mark.parametrize(
    "value",
    ["", ".", "..", ".hidden", "-rf", "_x", "a b", "a/b", "../a", "<script>", "x" * 101]
    + ["é", "a\n", "a\0", "٣", "a\\b", "%2e%2e"],
)
def test_it_refuses_what_cannot_be_a_directory_and_says_what_can(value):
    with pytest.raises(NameInvalid, match="Use letters, digits") as caught:
        check_name(value, "group")

    assert caught.value.field == "group"
    assert len(caught.value.message) < 400


def test_it_says_where_a_job_lies():
    job = JobPath("gpt", "baselines", "lm_small", "20261119_214811")

    assert job.under(Path("/s")) == Path("/s/gpt/baselines/lm_small/20261119_214811")
    assert str(job) == "gpt/baselines/lm_small/20261119_214811"


@pytest.mark.parametrize("part", ["", ".", "..", "a/b", "/etc", "a\0b"])
def test_it_never_leads_out_of_the_root(part):
    with pytest.raises(PathOutside):
        JobPath("gpt", "baselines", part, "1")


def test_it_takes_the_names_others_give():
    assert JobPath("gpt 2", "ä", "lm+small", "#1").under(Path("/s")).name == "#1"
