"""Where jobs and checkpoints are looked for, how far the index is, and what it could not read."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from runs.access import hidden_projects, visible
from runs.discovery.roots import accept_removals, configured_roots
from runs.errors import NotFound
from runs.models import Checkpoint, Job, Root

FAULTS_SHOWN = 100
KEPT_SECONDS = 3


@dataclass(frozen=True)
class RootRow:
    """`entries` are the rows below it; `fraction` of a first scan, None where nobody can tell."""

    root: Root
    entries: int
    fraction: float | None


@require_safe
@never_cache
def root_list(request: HttpRequest) -> HttpResponse:
    """The page; for its own script the parts of it that change."""
    rows = root_rows(request.user)
    directories = sum(row.root.fault_count for row in rows)
    context = {"rows": rows, "directory_fault_count": directories, **faults(request.user)}
    part = bool(request.htmx)  # type: ignore[attr-defined]
    name = "root_list/_parts.html" if part else "root_list/page.html"
    return render(request, name, context)


def root_rows(user: Any) -> list[RootRow]:
    key = f"rows-below-roots-{hidden_projects(user).key}"
    counted = cache.get_or_set(key, lambda: count_entries(user), KEPT_SECONDS) or {}
    return [
        RootRow(without_hidden_faults(user, root), counted.get(root.pk, 0), fraction_scanned(root))
        for root in configured_roots()
    ]


def count_entries(user: Any) -> dict[int, int]:
    """By root: a walk through a whole index, which no open page shall ask for each second."""
    counted: dict[int, int] = {}
    for model in (Job, Checkpoint):
        seen = visible(user, model._default_manager.order_by())
        counted |= dict(seen.values_list("root").annotate(Count("pk")))
    return counted


def without_hidden_faults(user: Any, root: Root) -> Root:
    """Its faulty directories begin with a project's name, which may be none of theirs."""
    hidden = hidden_projects(user).slugs
    kept = [fault for fault in root.faults if first_folder(root, fault["path"]) not in hidden]
    root.fault_count -= len(root.faults) - len(kept)
    root.faults = kept
    return root


def first_folder(root: Root, path: str) -> str:
    return path.removeprefix(root.path).lstrip("/").partition("/")[0]


def fraction_scanned(root: Root) -> float | None:
    return min(1.0, root.scan_done / root.scan_total) if root.scan_total else None


def faults(user: Any) -> dict[str, Any]:
    """The first of what could not be read, and how many there are of each kind."""
    found: dict[str, Any] = {}
    for name, model in (("job", Job), ("checkpoint", Checkpoint)):
        faulty = visible(user, model._default_manager.exclude(fault="").order_by("pk"))
        found[f"{name}_fault_count"] = faulty.count()
        found[f"{name}_faults"] = faulty.select_related("root")[:FAULTS_SHOWN]
    return found


@require_POST
def accept(request: HttpRequest, root_id: int) -> HttpResponse:
    """Staff say that what vanished was meant to. Raises NotFound, NotAllowed."""
    root = Root.objects.filter(pk=root_id).first()
    if root is None:
        raise NotFound("There is no such root.")
    accept_removals(actor=request.user, root=root)
    messages.success(request, "Understood: the rows of what vanished are removed now.")
    return redirect("root_list")
