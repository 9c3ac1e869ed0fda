import pytest

from runs.analysis.pictures.svg import Element, clean, cut, shape, words, write
from tests.analysis.pictures.reading import parse

HOSTILE = [
    "</text></svg><script>alert(1)</script>",
    '" onload="alert(1)',
    "' onmouseover='x",
    "<![CDATA[",
    "]]>",
    "&amp;&lt;&#0;",
    "a\x00b\x0bc\x1bd",
    "\ud800 half",
    "\ufffe\uffff",
    "ünïcödé 測試 🜏",
]


@pytest.mark.parametrize("label", HOSTILE)
@pytest.mark.parametrize("standalone", [True, False])
def test_it_is_well_formed_whatever_a_label_says(label, standalone):
    drawn = shape("g", "s1", words(label, 1, 2, "name"), tip=label, data_label=label)
    root = parse(write(drawn, standalone=standalone).encode())
    assert (root[-1].text or "") == clean(label)
    assert root.get("data-label") == clean(label)
    assert not [element for element in root.iter() if element.tag.endswith("script")]


def test_it_has_classes_on_a_page_and_colours_of_its_own_in_a_file():
    dot = shape("circle", "dots s2", r=3.0)
    assert write(dot, standalone=False) == '<circle class="p-dots p-s2" r="3"/>'
    assert 'color="#c05000"' in write(dot, standalone=True)
    assert "class" not in write(dot, standalone=True)


def test_it_tells_a_value_to_the_pages_script_and_to_any_reader_of_the_file():
    dot = shape("circle", tip="seed 3: 0.5", r=3.0)
    assert write(dot, standalone=False) == '<circle data-tip="seed 3: 0.5" r="3"/>'
    assert write(dot, standalone=True) == '<circle r="3"><title>seed 3: 0.5</title></circle>'


def test_it_writes_pixels_to_a_tenth():
    assert 'x="1.3"' in write(shape("rect", x=1.26), standalone=False)
    assert 'x="4"' in write(shape("rect", x=3.999), standalone=False)


def test_it_has_no_style_that_the_policy_of_a_page_forbids():
    assert "style" not in write(Element("g", "root curve dash1", (), {}), standalone=True)


def test_it_cuts_a_label_to_one_short_line():
    assert cut("a\nvery   long label", 9) == "a very l…"
    assert cut("short", 9) == "short"
