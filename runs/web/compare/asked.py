"""Which runs an address wants beside each other, and what each is called there."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from runs.access import visible
from runs.analysis.pictures.colours import dash_look, series_look
from runs.analysis.pictures.drawing import Entry
from runs.models import Run

MOST_RUNS = 20
# Ids beyond are passed over without a word: nobody has chosen so many by hand.
MOST_IDS = 200
IDS_SAID = 5
RUN_ID = re.compile("[0-9a-f]{12}")


@dataclass(frozen=True)
class Asked:
    """`missing` are ids of nothing that the person sees, `left_out` counts runs beyond 20."""

    runs: Sequence[Run]
    missing: Sequence[str] = ()
    left_out: int = 0

    @property
    def missing_words(self) -> str:
        shown = ", ".join(each[:20] for each in self.missing[:IDS_SAID])
        more = len(self.missing) - IDS_SAID
        return f"{shown} and {more} more" if more > 0 else shown

    @property
    def programs(self) -> list[str]:
        return sorted({run.program.title or run.program.slug for run in self.runs})


@dataclass(frozen=True)
class Column:
    """A run with what it is called on the page, and a sample of its line: `index` is its colour.

    `others` are the ids of the runs without it.
    """

    run: Run
    label: str
    index: int
    others: str

    @property
    def swatch(self) -> SafeString:
        entry = Entry(self.label, series_look(self.index), self.index, dash_look(self.index))
        # the drawing escapes what it writes, and holds no words
        return mark_safe(entry.swatch_on_page())


def ids_asked(query: QueryDict) -> list[str]:
    """Each once, in the order asked for: `ids=a,b`, also several times."""
    words = ",".join(query.getlist("ids")).split(",")
    return list(dict.fromkeys(word.strip() for word in words if word.strip()))[:MOST_IDS]


def runs_asked(user: Any, ids: Sequence[str]) -> Asked:
    """Whoever owns them, in the order of `ids`."""
    known = [pk for pk in ids if RUN_ID.fullmatch(pk)]
    rows = Run.objects.filter(pk__in=known).select_related("project", "program", "owner")
    by_id = {run.pk: run for run in visible(user, rows.defer("notes", "search_text"))}
    runs = [by_id[pk] for pk in ids if pk in by_id]
    missing = [pk for pk in ids if pk not in by_id]
    return Asked(runs[:MOST_RUNS], missing, max(0, len(runs) - MOST_RUNS))


def columns_of(runs: Sequence[Run]) -> list[Column]:
    ids = [run.pk for run in runs]
    return [
        Column(run, label, index, ",".join(pk for pk in ids if pk != run.pk))
        for index, (run, label) in enumerate(zip(runs, labels_of(runs), strict=True))
    ]


def labels_of(runs: Sequence[Run]) -> list[str]:
    """The names, with seeds or else ids where several have one name."""
    names = Counter(run.name for run in runs)
    seeds = Counter((run.name, run.seed) for run in runs)
    labels = []
    for run in runs:
        if names[run.name] == 1:
            labels.append(run.name)
        elif run.seed is not None and seeds[run.name, run.seed] == 1:
            labels.append(f"{run.name} · seed {run.seed}")
        else:
            labels.append(f"{run.name} · {run.pk}")
    return labels
