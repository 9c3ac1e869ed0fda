"""Names of others beside words of ours in one address."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.api.words import marked, unmarked

WORDS = ("latest", "config")
SEGMENT = st.one_of(
    st.sampled_from(["latest", "config", "~latest", "~~config", "~", "best", "~best"]),
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1),
)


@given(st.lists(SEGMENT, min_size=1, max_size=4).map("/".join))
def test_it_finds_the_name_again_whatever_it_is(name):
    written = marked(name, WORDS)
    assert unmarked(unquote(written), WORDS) == name
    assert written.rpartition("/")[2] not in WORDS


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("ntoks/134217728", "ntoks/134217728"),
        ("ntoks/config", "ntoks/~config"),
        ("latest", "~latest"),
        ("~latest", "~~latest"),
        ("latest/5", "latest/5"),
        ("~best", "~best"),
        ("a b?", "a%20b%3F"),
    ],
)
def test_it_marks_only_what_would_be_taken_for_a_word(name, written):
    assert marked(name, WORDS) == written
