"""An event as a sentence: who did what to which object, with the object's page where it has one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model
from django.urls import reverse

from runs.models import Batch, Checkpoint, CreationSession, Event, Job, Project, Run

# What stands between a person and the object. Of other kinds, their own last word.
VERBS = {
    "run.created": "asked for",
    "run.cancel_requested": "told to stop",
    "run.cancelled": "cancelled",
    "run.deleted": "deleted",
    "run.restored": "put back",
    "job.gone": "deleted",
    "checkpoint.approved": "approved",
    "checkpoint.rejected": "rejected",
    "checkpoint.unreviewed": "set back to unreviewed",
    "checkpoint.unpinned": "unpinned",
    "root.removals_accepted": "accepted what vanished from",
    "alert.acknowledged": "acknowledged",
    "trash.added": "deleted",
    "trash.time_ended": "ended the time of",
    "trash.removed": "removed for good",
    "trash.restored": "put back",
    "retention.changed": "changed",
    "retention.applied": "applied",
    "batch.created": "asked for",
    "batch.cancel_requested": "told to stop",
    "batch.cancelled": "cancelled",
    "batch.deleted": "deleted",
    "batch.retried": "retried what failed of",
    "session.created": "began",
    "session.confirmed": "confirmed",
    "session.phase": "moved on",
    "session.aborted": "cancelled",
    "session.input_accepted": "answered",
    "session.done": "finished",
    "session.removed": "removed the files of",
    "token.made": "made",
    "token.revoked": "revoked",
    "project.members": "changed who is in",
    "project.described": "described",
    "project.opened": "opened",
    "project.closed": "closed",
    "password_set": "set a new password",
    "login": "logged in",
    "logout": "logged out",
    "login_failed": "could not log in",
    "login_locked": "was locked out",
    "admin.added": "added in the admin site:",
    "admin.changed": "changed in the admin site:",
    "admin.deleted": "deleted in the admin site:",
}
# Where in its payload an event names its object.
NAMES = ("name", "label", "path", "message", "project", "user")
DETAILS = ("reason", "note", "fields")


@dataclass(frozen=True)
class Act:
    """`who` is empty where nobody is known; `address` where the object has no page (any more)."""

    event: Event
    who: str
    verb: str
    noun: str
    label: str
    address: str
    detail: str

    @property
    def sentence(self) -> str:
        """All of it as plain text: `ada cancelled run try 3f… from 10.0.0.7 with token “ci”`."""
        event = self.event
        origin = f"from {event.address}" if event.address else ""
        token = f"with token “{event.token.label}”" if event.token else ""
        words = (self.who or "fusionweb", self.verb, self.noun, self.label, origin, token)
        return " ".join(word for word in words if word)


def load_acts(keys: Iterable[int]) -> list[Act]:
    """The events in the order of `keys`, with a fixed number of queries."""
    rows = Event.objects.select_related("actor", "token").in_bulk(list(keys))
    return make_acts([rows[key] for key in keys if key in rows])


def make_acts(events: list[Event]) -> list[Act]:
    addresses = addresses_of(events)
    return [make_act(event, addresses) for event in events]


def make_act(event: Event, addresses: dict[str, str]) -> Act:
    told = event.payload if isinstance(event.payload, dict) else {}
    noun, label = object_of(event, told)
    who = event.actor.get_username() if event.actor else str(told.get("user") or "")
    return Act(
        event=event,
        who=who if event.actor or event.topic == "accounts" else "",
        verb=VERBS.get(event.kind, event.kind.rpartition(".")[2].replace("_", " ")),
        noun=noun,
        label=label,
        address=addresses.get(event.subject, ""),
        detail=detail_of(told),
    )


def object_of(event: Event, told: dict[str, Any]) -> tuple[str, str]:
    """What it is and what it is called; of a login nothing, for who did it is the object."""
    noun = event.subject.partition(":")[0] if ":" in event.subject else event.topic.rstrip("s")
    if noun == "user" and event.topic == "accounts":
        return "", ""
    if noun == "trash":
        noun = str(told.get("kind") or noun)
    name = next((str(told[key]) for key in NAMES if told.get(key)), "")
    number = event.subject.partition(":")[2] or event.subject
    if noun == "run" and name:
        return noun, f"{name} {number}"
    return noun if number or name else event.topic, name or number


def detail_of(told: dict[str, Any]) -> str:
    if told.get("role"):
        return f"{told.get('username', '')}: {told['role']}"
    return next((written(told[name]) for name in DETAILS if told.get(name)), "")


def written(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def user_address(user: Any) -> str:
    return reverse("admin:auth_user_change", args=[user.pk])


# By the noun of a subject: its model, and where one of it is shown.
PLACES: dict[str, tuple[type[Model], Callable[[Any], str]]] = {
    "job": (Job, lambda job: job.get_absolute_url()),
    "checkpoint": (Checkpoint, lambda checkpoint: checkpoint.get_absolute_url()),
    "project": (Project, lambda project: reverse("project", args=[project.slug])),
    "user": (get_user_model(), user_address),
}
RELATED = {"job": ("root",), "checkpoint": ("root",)}
# Subjects whose key is no number: what has them, and the name of its page.
TEXTS: dict[str, tuple[type[Model], str]] = {
    "session": (CreationSession, "session"),
    "batch": (Batch, "batch"),
}
PAGES = {"root": "root_list", "alert": "alert_list", "trash": "trash_list", "token": ""}


def addresses_of(events: Iterable[Event]) -> dict[str, str]:
    """By subject, of what is still there: a query for each noun."""
    subjects = {event.subject for event in events if event.subject}
    found = {pk: reverse("run", args=[pk]) for pk in existing_runs(subjects)}
    for noun in TEXTS:
        found |= text_addresses(noun, subjects)
    numbers: dict[str, set[int]] = {}
    for subject in subjects:
        noun, _, number = subject.partition(":")
        if noun in PLACES and number.isdigit():
            numbers.setdefault(noun, set()).add(int(number))
        elif PAGES.get(noun):
            found[subject] = reverse(PAGES[noun])
    for noun, keys in numbers.items():
        model, address = PLACES[noun]
        rows = model._default_manager.select_related(*RELATED.get(noun, ())).in_bulk(keys)
        found |= {f"{noun}:{key}": address(row) for key, row in rows.items()}
    return found


def text_addresses(noun: str, subjects: Iterable[str]) -> dict[str, str]:
    prefix = f"{noun}:"
    ids = [each.removeprefix(prefix) for each in subjects if each.startswith(prefix)]
    if not ids:
        return {}
    model, page = TEXTS[noun]
    found = model._default_manager.filter(pk__in=ids).values_list("pk", flat=True)
    return {f"{prefix}{pk}": reverse(page, args=[pk]) for pk in found}


def existing_runs(subjects: Iterable[str]) -> Iterable[str]:
    return Run.objects.filter(pk__in=list(subjects)).values_list("pk", flat=True)
