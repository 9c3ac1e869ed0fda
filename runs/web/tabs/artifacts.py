"""The files of a run: a folder's listing, or a look into one file."""

from typing import Any

from django.http import HttpRequest

from runs.contract.layout import OUTPUT
from runs.errors import NotFound
from runs.files.artifacts import list_directory, resolve_inside, tree_size
from runs.files.preview import preview
from runs.models import Run


def context(request: HttpRequest, run: Run) -> dict[str, Any]:
    """`path` of the address is a folder or a file, relative to the run's directory."""
    path = request.GET.get("path", "").strip("/")
    shown = {"crumbs": crumbs(path), "path": path}
    if not run.directory.is_dir():
        return {**shown, "gone": True}
    if path and not resolve_inside(run.directory, path).is_dir():
        return {**shown, **look_into(run, path)}
    files, size_bytes = tree_size(run.directory / path, hidden=False)
    listing = list_directory(run.directory, path)
    return {**shown, "listing": listing, "files": files, "size_bytes": size_bytes}


def look_into(run: Run, path: str) -> dict[str, Any]:
    """`preview`, and a table's rows filled up to its width. Raises NotFound, PathOutside."""
    file = resolve_inside(run.directory, path)
    try:
        found = preview(file)
    except OSError as error:
        raise NotFound(f"{path} cannot be opened.") from error
    return {"path": path, "name": file.name, "preview": found}


def crumbs(path: str) -> list[tuple[str, str]]:
    """(name, path) of each folder above and of `path` itself."""
    parts = [part for part in path.split("/") if part]
    return [(part, "/".join(parts[: at + 1])) for at, part in enumerate(parts)]


def artifact_count(run: Run) -> int:
    """Files the program produced, for the tab's badge."""
    return tree_size(run.directory / OUTPUT, hidden=False)[0]
