"""Colours that colour-blind people can tell apart: eight for lines, after Okabe and Ito, and the
cividis scale for amounts. `static/css/picture.css` has the same looks for pages, light and dark."""

# As --chart-1 to --chart-8 of static/css/chart.css, on white.
SERIES = (
    "#0067a5",
    "#c05000",
    "#007a5a",
    "#a4418a",
    "#7a6000",
    "#4b4bb5",
    "#8b3a2e",
    "#4d5663",
)
DASHES = ("", "6 3", "2 3")

TEXT, MUTED, GRID, EDGE, GROUND = "#1b2230", "#566073", "#dde1e8", "#7b8698", "#ffffff"
FONT = "system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Liberation Sans, sans-serif"

# What each look is where no style sheet says so. A series gives the colour, its marks take it.
LOOKS: dict[str, dict[str, str]] = {
    "root": {"font-family": FONT, "font-size": "12", "fill": TEXT},
    "ground": {"fill": GROUND},
    "heading": {"font-size": "14", "font-weight": "600", "fill": TEXT},
    "note": {"fill": MUTED},
    "tick": {"fill": MUTED},
    "name": {"fill": TEXT},
    "middle": {"text-anchor": "middle"},
    "end": {"text-anchor": "end"},
    "grid": {"stroke": GRID, "stroke-width": "1"},
    "axis": {"stroke": EDGE, "stroke-width": "1", "fill": "none"},
    "zero": {"stroke": TEXT, "stroke-width": "1.2"},
    "curve": {"fill": "none", "stroke": "currentColor", "stroke-width": "2"},
    "band": {"fill": "currentColor", "fill-opacity": "0.16", "stroke": "none"},
    "dots": {"fill": "currentColor"},
    "faint": {"fill": "currentColor", "fill-opacity": "0.5"},
    "hollow": {"fill": GROUND, "stroke": "currentColor", "stroke-width": "1.5"},
    "bars": {"fill": "currentColor", "fill-opacity": "0.55", "stroke": GROUND},
    "box": {"fill": "currentColor", "fill-opacity": "0.2", "stroke": "currentColor"},
    "stem": {"stroke": "currentColor", "stroke-width": "1.5", "fill": "none"},
    "diamond": {"fill": "currentColor", "stroke": GROUND, "stroke-width": "1"},
    "cell": {"stroke": GROUND, "stroke-width": "1"},
    "hatch": {"stroke": EDGE, "stroke-width": "1", "fill": "none"},
    "on-dark": {"fill": "#ffffff"},
    "on-light": {"fill": "#000000"},
    "plain": {"color": MUTED},
    "ink": {"color": TEXT},
    "strong": {"font-weight": "600", "fill": "currentColor"},
    "swatch": {},
    **{f"s{number}": {"color": colour} for number, colour in enumerate(SERIES, start=1)},
    **{f"dash{number}": {"stroke-dasharray": dash} for number, dash in enumerate(DASHES) if dash},
}

# Cividis (Nuñez, Anderton and Renslow 2018, doi 10.1371/journal.pone.0199239), every eighth part.
CIVIDIS = (
    (0, 34, 78),
    (18, 53, 112),
    (59, 73, 108),
    (87, 93, 109),
    (112, 113, 115),
    (138, 134, 120),
    (166, 157, 117),
    (197, 183, 104),
    (254, 232, 56),
)


def series_look(index: int) -> str:
    """Of series `index`, from 0: its colour; after eight the same again, dashed."""
    return f"s{index % len(SERIES) + 1}"


def dash_look(index: int) -> str:
    """What the line of series `index` is drawn with: nothing for the first eight."""
    turn = min(index // len(SERIES), len(DASHES) - 1)
    return f"dash{turn}" if turn else ""


def sequential(share: float) -> tuple[int, int, int]:
    """Red, green and blue (0 to 255) of an amount from 0, dark blue, to 1, yellow."""
    n_steps = len(CIVIDIS) - 1
    place = min(max(share, 0.0), 1.0) * n_steps
    index = min(int(place), n_steps - 1)
    (r1, g1, b1), (r2, g2, b2) = CIVIDIS[index : index + 2]
    part = place - index
    return (
        round(r1 + part * (r2 - r1)),
        round(g1 + part * (g2 - g1)),
        round(b1 + part * (b2 - b1)),
    )


def hexadecimal(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance, 0 to 1, as WCAG 2 defines it."""
    shares = [part / 255 for part in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def legible_on(colour: tuple[int, int, int]) -> str:
    """The look of words on it: black or white, whichever has the greater contrast."""
    return "on-light" if luminance(colour) > 0.179 else "on-dark"
