"""The files below a directory: a folder's listing, or a look into one file."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from runs.contract.layout import OUTPUT
from runs.errors import ArtifactNotFound
from runs.executed import home_of
from runs.files.artifacts import list_directory, resolve_inside, tree_size
from runs.files.preview import preview
from runs.files.regular import within
from runs.models import Run


def context(request: HttpRequest, run: Run) -> dict[str, Any]:
    """`path` of the address is a folder or a file, relative to the run's directory."""
    path = request.GET.get("path", "").strip("/")
    shown = {
        "top": run.name,
        "here": "?tab=artifacts",
        "file_base": file_base(run),
        "crumbs": crumbs(path),
        "path": path,
        "may_grow": not run.is_final,
    }
    if not run.directory.is_dir():
        return {**shown, "gone": True}
    home = home_of(run)
    found = listing_or_file(home, path)
    if "listing" in found:
        files, size_bytes = tree_size(home / path, hidden=False)
        found |= {"files": files, "size_bytes": size_bytes, "zip": zip_address(run, path)}
    return {**shown, **found}


def file_base(run: Run) -> str:
    """A file's download is there with its path at the end."""
    return reverse("run_artifact", args=[run.pk, "-"]).removesuffix("-")


def zip_address(run: Run, path: str) -> str:
    query = f"?{urlencode({'path': path})}" if path else ""
    return reverse("run_artifacts_zip", args=[run.pk]) + query


def listing_or_file(directory: Path, path: str) -> dict[str, Any]:
    """Of a folder its `listing`, of a file a look into it. Raises NotFound, PathOutside."""
    if path and not resolve_inside(directory, path).is_dir():
        return look_into(directory, path)
    return {"listing": list_directory(directory, path)}


def look_into(directory: Path, path: str) -> dict[str, Any]:
    """`preview`, and a table's rows filled up to its width. Raises NotFound, PathOutside."""
    home = directory.resolve()
    file = resolve_inside(home, path)
    try:
        found = preview(within(home, file))
    except OSError as error:
        raise ArtifactNotFound(f"{path} cannot be opened.") from error
    return {"path": path, "name": file.name, "preview": found}


def crumbs(path: str) -> list[tuple[str, str]]:
    """(name, path) of each folder above and of `path` itself."""
    parts = [part for part in path.split("/") if part]
    return [(part, "/".join(parts[: at + 1])) for at, part in enumerate(parts)]


def artifact_count(run: Run) -> int:
    """Files the program produced, for the tab's badge."""
    return tree_size(run.directory / OUTPUT, hidden=False)[0]
