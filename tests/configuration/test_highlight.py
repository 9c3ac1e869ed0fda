import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.configuration.highlight import highlight

FORMATS = st.sampled_from(["ini", "yaml", "json"])


def test_it_marks_keys_and_values_with_classes_alone():
    marked = highlight("[a]\nk = 1\n", "ini")
    assert '<span class="line" id="C2"><span class="na">k</span>' in marked
    assert "style=" not in marked


@pytest.mark.parametrize("format", ["ini", "yaml", "json"])
def test_it_shows_markup_as_text(format):
    marked = highlight('<script>alert("1")</script>\n&amp;', format)
    assert "<script" not in marked
    assert "&amp;amp;" in marked


@pytest.mark.parametrize("text", ["a:" * 100_000, "k = <1>\n" * 50_000])
def test_it_leaves_colours_out_where_they_would_take_for_ever(text):
    marked = highlight(text, "ini")
    assert marked.count('class="line"') == max(text.count("\n"), 1)
    assert marked.count("<span") == marked.count('class="line"')


@given(st.text("ab\n\r []{}:=|'\"<&-#\u2028\x85\x0b", max_size=40), FORMATS)
def test_it_loses_no_character_and_counts_lines_as_an_editor(text, format):
    marked = highlight(text, format)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    assert html.unescape(re.sub("<[^>]+>", "", marked)) == "\n".join(lines) + "\n"
    numbers = [int(number) for number in re.findall(r'id="C(\d+)"', marked)]
    assert numbers == list(range(1, len(lines) + 1))
