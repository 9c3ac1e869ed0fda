"""Delete one or many of a noun: ask first, saying how much goes; then say what went, with undo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from runs.cleanup.deletion import Size
from runs.cleanup.trash import Deleted
from runs.errors import FusionwebError
from runs.web.templatetags.show import count, size
from runs.web.undo import deleted_toast

FAILURES_SHOWN = 5
# Beyond it, the toast would outgrow what a header or a cookie may hold; the trash page has all.
MOST_UNDONE = 100


@dataclass(frozen=True)
class Noun:
    """`word` is also the form's field of a primary key; `along` says what goes with it, and
    `return_words` what can be taken back, where that is not all."""

    word: str
    list_name: str
    actions_name: str
    along: str
    measure: Callable[[Any], Size]
    delete: Callable[..., Deleted]
    name_of: Callable[[Any], str] = str
    return_words: str = ""


@dataclass
class Results:
    deleted: list[Deleted] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def undo(self) -> list[int]:
        return [pk for each in self.deleted for pk in each.trash_ids][:MOST_UNDONE]

    @property
    def level(self) -> str:
        told = self.failures or any(each.kept for each in self.deleted)
        return "warning" if told else "success"

    def words(self, noun: Noun) -> str:
        """What went and how much that was; then what did not, and why."""
        if not self.deleted:
            return f"Nothing was deleted. {in_one_sentence(self.failures)}"
        files = sum(each.files for each in self.deleted)
        freed = size(sum(each.size_bytes for each in self.deleted))
        kept = [sentence for each in self.deleted for sentence in each.kept]
        gone = self.deleted[0].label if len(self.deleted) == 1 else None
        what = gone or count(len(self.deleted), noun.word)
        told = f"Deleted {what}. That was {count(files, 'file')}, {freed}."
        return f"{told} {in_one_sentence([*kept, *self.failures])}".strip()


def ask_to_confirm(
    request: HttpRequest,
    noun: Noun,
    things: Sequence[Any],
    address: str = "",
    refused: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> HttpResponse | None:
    """None once the name, or of several their number, was typed; until then the question, as a
    page or for the dialog."""
    one = len(things) == 1
    expected = things[0].name if one else str(len(things))
    typed = request.POST.get("confirm")
    if typed is not None and typed.strip() == expected:
        return None
    sizes = [noun.measure(thing) for thing in things]
    context = {
        "noun": noun,
        "things": [(thing.pk, noun.name_of(thing)) for thing in things],
        "files": sum(measured.files for measured in sizes),
        "size_bytes": sum(measured.size_bytes for measured in sizes),
        "expected": expected,
        "notes": in_one_sentence(notes),
        "refused": in_one_sentence(refused),
        "fault": f"Type {expected} to confirm." if typed is not None else "",
        "trash_days": settings.FUSIONWEB_TRASH_DAYS,
        "address": address or reverse(noun.actions_name),
        "next": safe_next(request, reverse(noun.list_name)),
    }
    fragment = bool(request.htmx)  # type: ignore[attr-defined]
    name = "delete/_confirm.html" if fragment else "delete/confirm.html"
    return render(request, name, context, status=422 if typed is not None else 200)


def delete_each(actor: Any, noun: Noun, things: Sequence[Any]) -> Results:
    """What cannot be deleted does not keep the others from it."""
    results = Results()
    for thing in things:
        try:
            results.deleted.append(noun.delete(actor=actor, **{noun.word: thing}))
        except FusionwebError as error:
            results.failures.append(f"{noun.name_of(thing)}: {error.message}")
    return results


def delete_and_tell(request: HttpRequest, noun: Noun, things: Sequence[Any]) -> HttpResponse:
    """For a list: it stays, and its toast offers to take the deletion back."""
    results = delete_each(request.user, noun, things)
    return deleted_toast(
        request,
        results.words(noun),
        results.undo,
        level=results.level,
        address=safe_next(request, reverse(noun.list_name)),
    )


def in_one_sentence(failures: Sequence[str]) -> str:
    shown = " ".join(failures[:FAILURES_SHOWN])
    more = len(failures) - FAILURES_SHOWN
    return f"{shown} And {more} more." if more > 0 else shown


def safe_next(request: HttpRequest, default: str) -> str:
    """Where the form asked to return to, if that is on this site."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else default
