"""How much B differs from A on each seed that both have."""

from collections.abc import Sequence
from dataclasses import dataclass

from runs.analysis.result import Comparison

from .colours import series_look
from .drawing import Drawing, Entry, Table
from .numbers import counted, listed, short
from .plot import ALL, Name, Plot, Side, View, plot_of
from .sample import Sample, lack_notes
from .scales import Domain, domain_of
from .svg import Element, group, line, shape

# More would be a wall; the dots alone then show the same.
MOST_STEMS = 150
EQUAL, MEAN, INTERVAL = 2, 3, 4


@dataclass(frozen=True)
class Pair:
    """The two values on one seed."""

    seed: int
    a: float
    b: float

    @property
    def difference(self) -> float:
        return self.b - self.a

    @property
    def side(self) -> int:
        """The legend's number: 0 where A is the larger, 1 where B is, 2 where they are equal."""
        return EQUAL if self.a == self.b else int(self.b > self.a)


def pairs_of(a: Sample, b: Sample) -> list[Pair]:
    """From the most negative difference to the most positive."""
    of_b = dict(b.values)
    found = [Pair(a.seed(n), value, of_b[n]) for n, value in a.values if n in of_b]
    return sorted(found, key=lambda pair: (pair.difference, pair.seed))


def pair_plot(
    a: Sample,
    b: Sample,
    comparison: Comparison | None,
    *,
    title: str,
    y: Name,
    view: View = ALL,
) -> Drawing:
    pairs = pairs_of(a, b)
    paired = comparison if comparison and comparison.paired else None
    plot = plot_for(pairs, y, view)
    marks = [*mean_marks(paired, plot), *pair_marks(pairs, plot, a, b)]
    zero = group("zero", [line(plot.left, plot.y.at(0), plot.right, plot.y.at(0))])
    return Drawing(
        title=title,
        description=described(pairs, a, b, paired),
        width=plot.width,
        height=plot.height,
        marks=plot.around([zero, *marks] if pairs else [], "no seed that both have"),
        table=table_of(pairs, a, b),
        legend=legend_of(pairs, a, b, paired),
        notes=[*unpaired_notes(a, b), *lack_notes([a, b])],
        zoom=plot.zoom() if pairs else {},
        empty=not pairs,
    )


def plot_for(pairs: list[Pair], y: Name, view: View) -> Plot:
    across = domain_of([], wanted=view.x) if view.x else Domain(0.4, len(pairs) + 0.6)
    up = domain_of([*(pair.difference for pair in pairs), 0.0], wanted=view.y)
    ranks = Domain(across.low, across.high, whole=True)
    name = Name(f"difference in {y.label}", y.unit)
    return plot_of(Side(ranks, Name("pairs by difference")), Side(up, name))


def pair_marks(pairs: list[Pair], plot: Plot, a: Sample, b: Sample) -> list[Element]:
    zero = plot.y.at(0.0)
    sides: dict[int, list[Element]] = {}
    for rank, pair in enumerate(pairs, start=1):
        x, y = plot.x.at(rank), plot.y.at(pair.difference)
        if len(pairs) <= MOST_STEMS:
            sides.setdefault(pair.side, []).append(group("stem", [line(x, zero, x, y)]))
        sides.setdefault(pair.side, []).append(
            shape("circle", "dots", cx=x, cy=y, r=3.5, tip=told(pair, a, b))
        )
    return [
        group(look_of(side), marks, data_series=str(side)) for side, marks in sorted(sides.items())
    ]


def look_of(side: int) -> str:
    return "plain" if side == EQUAL else series_look(side)


def mean_marks(comparison: Comparison | None, plot: Plot) -> list[Element]:
    """The mean difference across the picture, on its interval."""
    if comparison is None or comparison.difference is None:
        return []
    marks = []
    interval = comparison.difference_interval
    if interval:
        top, bottom = plot.y.at(interval.upper), plot.y.at(interval.lower)
        band = shape(
            "rect", "band", x=plot.left, y=top, width=plot.right - plot.left, height=bottom - top
        )
        marks.append(group("ink", [band], data_series=str(INTERVAL)))
    y = plot.y.at(comparison.difference)
    stem = group("stem dash1", [line(plot.left, y, plot.right, y)])
    return [*marks, group("ink", [stem], data_series=str(MEAN))]


def told(pair: Pair, a: Sample, b: Sample) -> str:
    values = f"{a.label} {short(pair.a)}, {b.label} {short(pair.b)}"
    return f"seed {pair.seed}: {short(pair.difference)}\n{values}"


def legend_of(
    pairs: list[Pair], a: Sample, b: Sample, comparison: Comparison | None
) -> list[Entry]:
    counts = [sum(pair.side == side for pair in pairs) for side in range(3)]
    names = [f"{a.label} larger", f"{b.label} larger", "equal"]
    entries = [
        Entry(f"{name}: {counted(counts[side], 'pair')}", look_of(side), side, sign="dot")
        for side, name in enumerate(names)
        if counts[side]
    ]
    if comparison and comparison.difference is not None:
        label = f"mean difference {short(comparison.difference)}"
        entries.append(Entry(label, "ink", MEAN, "dash1"))
        if comparison.difference_interval:
            entries.append(Entry("its 95 % CI", "ink", INTERVAL, sign="band"))
    return entries


def unpaired_notes(a: Sample, b: Sample) -> list[str]:
    """Which seeds have a value on one side alone."""
    return [*alone(a, b), *alone(b, a)]


def alone(one: Sample, other: Sample) -> list[str]:
    seeds = sorted({one.seed(n) for n, _ in one.values} - {other.seed(n) for n, _ in other.values})
    if not seeds:
        return []
    named = listed([str(seed) for seed in seeds])
    noun = "Seed" if len(seeds) == 1 else "Seeds"
    return [f"{noun} of {one.label} without a pair: {named}."]


def described(pairs: Sequence[Pair], a: Sample, b: Sample, comparison: Comparison | None) -> str:
    text = f"Differences {b.label} minus {a.label} of {counted(len(pairs), 'pair')}, sorted."
    if pairs:
        ends = f"{short(pairs[0].difference)} to {short(pairs[-1].difference)}"
        above = sum(pair.side == 1 for pair in pairs)
        text += f" From {ends}; {b.label} is the larger in {above:,}."
    return f"{text} {comparison.sentence}".strip() if comparison else text


def table_of(pairs: Sequence[Pair], a: Sample, b: Sample) -> Table:
    rows = [[str(p.seed), short(p.a), short(p.b), short(p.difference)] for p in pairs]
    return Table(["seed", a.label, b.label, f"{b.label} − {a.label}"], rows)
