"""What a run left behind: its files, one by one or as a zip, and a look into them."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from runs.errors import ArtifactNotFound
from runs.executed import artifact_of, home_of
from runs.files.artifacts import resolve_inside
from runs.http.downloads import file_response, zip_response
from runs.web.tabs.artifacts import file_base, look_into
from runs.web.views.loading import get_run


@require_safe
def download(request: HttpRequest, run_id: str, path: str) -> StreamingHttpResponse:
    """One file of the run's directory, with Range."""
    run = get_run(request, run_id)
    return file_response(request, artifact_of(run, path), path.rpartition("/")[2])


@require_safe
def preview(request: HttpRequest, run_id: str, path: str) -> HttpResponse:
    """A fragment for htmx; else the tab that shows it in place."""
    run = get_run(request, run_id)
    if not request.headers.get("HX-Request"):
        query = urlencode({"tab": "artifacts", "path": path})
        return redirect(f"{reverse('run', args=[run.pk])}?{query}")
    context = {"file_base": file_base(run), **look_into(home_of(run), path)}
    return render(request, "files/_preview.html", context)


@require_safe
def archive(request: HttpRequest, run_id: str) -> StreamingHttpResponse:
    """The folder `path` of the run's directory, or all of it, as a zip."""
    run = get_run(request, run_id)
    path = request.GET.get("path", "").strip("/")
    directory = resolve_inside(home_of(run), path)
    if not directory.is_dir():
        raise ArtifactNotFound(f"{path} is not a folder.")
    name = path.replace("/", "-") or run.name
    return zip_response(directory, f"{name}-{run.pk}.zip")
