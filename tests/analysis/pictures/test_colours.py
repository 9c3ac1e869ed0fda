import re
from itertools import combinations
from pathlib import Path

from django.conf import settings

from runs.analysis.pictures.colours import LOOKS, SERIES, luminance

SHEET = (Path(settings.BASE_DIR) / "static/css/picture.css").read_text()
TOKENS = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text()


def channels(colour):
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def test_it_has_a_rule_in_the_pages_style_sheet_for_every_look():
    drawn = {name for name in LOOKS if name not in ("ground", "heading")}
    assert drawn <= set(re.findall(r"\.p-([\w-]+)", SHEET))


def test_it_has_the_pages_colours_on_white():
    assert [re.search(rf"--chart-{n}: light-dark\((#\w+)", TOKENS)[1] for n in range(1, 9)] == list(
        SERIES
    )


def test_its_lines_stand_out_from_white():
    for colour in SERIES:
        assert 1.05 / (luminance(channels(colour)) + 0.05) >= 4.5


def test_its_colours_are_eight():
    assert len(set(SERIES)) == 8
    assert all(one != other for one, other in combinations(SERIES, 2))


def test_it_can_hide_every_series_there_may_be():
    assert all(f'[data-here~="{n}"] [data-series="{n}"]' in SHEET for n in range(20))
