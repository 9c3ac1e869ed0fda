"""What the tabs of a job's page show beside those it shares with a run's."""

import json
import os
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import mark_safe

from runs.configuration.highlight import highlight
from runs.contract.layout import CONFIG_STEM, METADATA, PROGRESS
from runs.contract.metadata import Metadata, MetadataUnreadable, read_metadata
from runs.errors import NotFound
from runs.executed import confined, home_of, log_of
from runs.files.log import read_range
from runs.files.regular import Confined, open_regular, pread_full
from runs.models import Checkpoint, Job
from runs.web.job_rows import JobRow, load_job_rows
from runs.web.places import place_of
from runs.web.tabs.artifacts import crumbs, listing_or_file
from runs.web.tabs.log import last_rows

OTHERS_SHOWN = 10
CHECKPOINTS_SHOWN = 10
HARDWARE_SHOWN = 40
LINK_BYTES = 256 * 1024
LINK = re.compile(rb"WANDB\b[^\n]{0,500}?\burl=(https?://[!-~]{1,500})")
ANSI = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]")
CONFIG_BYTES = 1024 * 1024
CONFIG_FORMATS = {"yaml": "yaml", "yml": "yaml", "json": "json", "ini": "ini"}


def overview(request: HttpRequest, job: Job) -> dict[str, Any]:
    metadata = metadata_of(job)
    return {
        **last_rows(job),
        "gone": is_gone(job),
        "hardware": hardware(metadata),
        "others": other_runs(request, job),
        "others_address": reverse("job_name", args=job.path.parts[:3]),
        "checkpoints": checkpoints(job),
        "external": external_link(job),
    }


def metadata_of(job: Job) -> Metadata | None:
    """As its file says now; None where it cannot be read, which the row's `fault` tells of."""
    try:
        return read_metadata(confined(job, METADATA), settings.FUSIONWEB_CLUSTER_TIME_ZONE)
    except MetadataUnreadable:
        return None


def is_gone(job: Job) -> bool:
    """Also where a symlink has taken the directory's place: it is somebody else's then."""
    home = job.root.directory.resolve().joinpath(*job.path.parts)
    return not home.is_dir() or home.resolve() != home


def hardware(metadata: Metadata | None) -> list[tuple[str, str]]:
    """Name and value of what the file says of the machines; lists with commas between."""
    found = (metadata.hardware if metadata else None) or {}
    return [
        (key.replace("_", " "), as_words(value))
        for key, value in list(found.items())[:HARDWARE_SHOWN]
    ]


def as_words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(as_words(item) for item in value[:HARDWARE_SHOWN])
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def other_runs(request: HttpRequest, job: Job) -> list[JobRow]:
    same = Job.objects.filter(project=job.project, group=job.group, name=job.name)
    keys = same.exclude(pk=job.pk).order_by("-listed_at", "-pk").values_list("pk", flat=True)
    return load_job_rows(keys[:OTHERS_SHOWN], request.user)


def checkpoints(job: Job) -> list[Checkpoint]:
    same = Checkpoint.objects.filter(project=job.project, group=job.group, name=job.name)
    newest = same.filter(gone_at=None).select_related("root").order_by("-saved_at", "-pk")
    return list(newest[:CHECKPOINTS_SHOWN])


def external_link(job: Job) -> str:
    """The address that the beginning of the log names for the run on W&B; else empty."""
    try:
        head = read_range(log_of(job), 0, LINK_BYTES).data
    except NotFound:
        return ""
    found = LINK.search(ANSI.sub(b"", head))
    return found[1].decode("ascii") if found else ""


def configuration(request: HttpRequest, job: Job) -> dict[str, Any]:
    """What metadata.json holds of it, else the file beside it."""
    metadata = metadata_of(job)
    if metadata and metadata.config:
        text = json.dumps(metadata.config, indent=2, ensure_ascii=False)
        return {"config_name": METADATA, **highlighted(text, "json")}
    for suffix, format in CONFIG_FORMATS.items():
        text = read_text(confined(job, f"{CONFIG_STEM}.{suffix}"))
        if text:
            return {"config_name": f"{CONFIG_STEM}.{suffix}", **highlighted(text, format)}
    return {"gone": is_gone(job)}


def highlighted(text: str, format: str) -> dict[str, Any]:
    # the highlighter escapes all of the text
    return {"config_text": text, "config_html": mark_safe(highlight(text, format))}


def read_text(path: Confined) -> str:
    """Its first mebibyte; empty where there is none to read."""
    try:
        with open_regular(path) as descriptor:
            return pread_full(descriptor, CONFIG_BYTES, 0).decode(errors="replace")
    except (OSError, NotFound):
        return ""


def has_progress(job: Job) -> bool:
    try:
        with open_regular(confined(job, PROGRESS)) as descriptor:
            return os.fstat(descriptor).st_size > 0
    except (OSError, NotFound):
        return False


def artifacts(request: HttpRequest, job: Job) -> dict[str, Any]:
    """`path` of the address is a folder or a file, relative to the job's directory.

    Files and bytes are those last measured: a directory of a million is not walked here.
    """
    path = request.GET.get("path", "").strip("/")
    shown = {
        "top": job.run_id,
        "here": f"{place_of(job).page}tab=artifacts",
        "file_base": file_base(job),
        "crumbs": crumbs(path),
        "path": path,
        "may_grow": not job.is_final,
    }
    if is_gone(job):
        return {**shown, "gone": True, "gone_words": "The directory is no longer on disk."}
    return {**shown, **listing_or_file(home_of(job), path)}


def file_base(job: Job) -> str:
    """A file's download is there with its path at the end; the root's number stands before."""
    return reverse("job_artifact", args=[*job.path.parts, job.root_id, "-"]).removesuffix("-")
