"""The launch pad of batches: choose what kind, what differs, how many; check; launch once."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_POST, require_safe

from runs.accounts.limits import require_batch_rate
from runs.analysis.repeats import is_made_from
from runs.analysis.requests import BatchRequest
from runs.analysis.services import create_batch_in_project
from runs.errors import (
    BatchAlreadyCreated,
    Conflict,
    InvalidInput,
    NotFound,
    PassingFault,
    SetupIncomplete,
    TooManyRequests,
)
from runs.health.setup import require_setup
from runs.http.statuses import status_of
from runs.lifecycle.services import has_template
from runs.models import Batch
from runs.web.batch_plan import preview_of, request_of
from runs.web.batch_words import axes_of
from runs.web.forms.configuration import ConfigurationForm
from runs.web.forms.new_batch import NewBatchForm
from runs.web.forms.sides import sides_of_points
from runs.web.pad import (
    Pad,
    configuration_from_form,
    context_of,
    first_configuration,
    first_values,
    focus_first_fault,
    pad_from_address,
    pad_from_form,
    with_moment,
)
from runs.web.tabs.batch_configuration import base_text

from .loading import get_batch, get_run

URL_NAME = "batch_new"


def new_batch(request: HttpRequest) -> HttpResponse:
    return launch(request) if request.method == "POST" else show(request)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """`?program=&template=`, `?like=<run id>` for many of that run, `?again=<batch id>` for one
    like that batch; `kind` and `parameter` may be chosen as well."""
    pad = pad_of_address(request)
    values = values_of_batch(pad.batch) if pad.batch else values_of_run(pad)
    form = NewBatchForm(user=request.user, program=pad.program, initial=values)
    if pad.batch and pad.batch.kind == Batch.Kind.COMPARE:
        form.rows = sides_of_points(pad.batch.points)
    return page(pad, form, configuration_of_address(pad))


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What the form says while somebody types: faults, how many runs, what A and B are."""
    pad, form, configuration = from_form(request)
    edited = request.POST.get("edited")
    context = {
        **everything(pad, form, configuration),
        "edited": edited if configuration and configuration.parses else "",
        "base": configuration and (configuration.sent if edited == "text" else configuration.text),
    }
    return render(request, "new_batch/_checked.html", context)


@require_POST
def launch(request: HttpRequest) -> HttpResponse:
    pad, form, configuration = from_form(request)
    if "check" in request.POST or pad.program is None or configuration is None:
        return page(pad, form, configuration, 200 if "check" in request.POST else 422)
    if form.errors or configuration.problems:
        return page(pad, form, configuration, 422)
    return launch_once(pad, form, configuration)


def launch_once(pad: Pad, form: NewBatchForm, configuration: ConfigurationForm) -> HttpResponse:
    """The token of the form decides the batch's id: the same form makes one, however often it
    is sent."""
    request = pad.request
    wanted = request_of(pad, form, configuration)
    batch_id = batch_id_for(request)
    try:
        require_setup(with_text=True)
        require_batch_rate(request.user)
        batch = create_batch_in_project(
            owner=request.user,  # type: ignore[arg-type]
            request=wanted,
            batch_id=batch_id,
        )
    except BatchAlreadyCreated:
        return already_launched(pad, form, configuration, wanted, Batch.objects.get(pk=batch_id))
    except InvalidInput as error:
        form.show_problem(error, configuration)
    except (SetupIncomplete, TooManyRequests) as error:
        form.show_fault(None, error.message)
        return with_moment(page(pad, form, configuration, status_of(error)), error)
    except (Conflict, NotFound, PassingFault) as error:
        form.show_fault(None, error.message)
    else:
        messages.success(request, f"{batch.name} is launched: {batch.total:,} runs.")
        return redirect("batch", batch.pk)
    return page(pad, form, configuration, 422)


def already_launched(
    pad: Pad,
    form: NewBatchForm,
    configuration: ConfigurationForm,
    wanted: BatchRequest,
    batch: Batch,
) -> HttpResponse:
    """Sent twice, it leads to the batch it made; changed since, it asks to be sent once more."""
    if is_made_from(batch, wanted):
        messages.info(pad.request, "This batch had been launched already.")
        return redirect("batch", batch.pk)
    pad.notices.append(
        f"This form has launched {batch.name} ({batch.pk}) before. Nothing was launched now: "
        "launch once more for another batch with what stands here."
    )
    return page(pad, form, configuration, 409)


def batch_id_for(request: HttpRequest) -> str:
    """Nobody can choose an id, nor meet another person's."""
    token = request.POST.get("token") or secrets.token_hex(8)
    return salted_hmac("runs.new_batch", f"{request.user.pk} {token}").hexdigest()[:12]


def pad_of_address(request: HttpRequest) -> Pad:
    asked = request.GET
    if asked.get("again"):
        batch = get_batch(request, asked["again"])
        pad = Pad(request, batch.program, batch.template, batch=batch)
    elif asked.get("like"):
        run = get_run(request, asked["like"])
        pad = Pad(request, run.program, run.template if has_template(run) else "", run)
    else:
        pad = pad_from_address(request)
    pad.url_name = URL_NAME
    return pad


def configuration_of_address(pad: Pad) -> ConfigurationForm | None:
    if pad.batch is None:
        return first_configuration(pad)
    text = base_text(pad.batch)
    template = pad.template_text()
    return ConfigurationForm(pad.batch.program, text=text, template=template or text)


def from_form(
    request: HttpRequest,
) -> tuple[Pad, NewBatchForm, ConfigurationForm | None]:
    """As sent, with all that is wrong with it at its place."""
    pad = pad_from_form(request)
    pad.url_name = URL_NAME
    form = NewBatchForm(request.POST, user=request.user, program=pad.program)
    form.is_valid()
    return pad, form, configuration_from_form(pad)


def values_of_run(pad: Pad) -> dict[str, Any]:
    asked = pad.request.GET
    values = first_values(pad)
    values["base_seed"] = values.pop("seed", None)
    chosen = {name: asked[name] for name in ("kind", "parameter") if asked.get(name)}
    if chosen.get("kind") not in Batch.Kind.values:
        chosen["kind"] = "sweep" if "parameter" in chosen else "repeat"
    return {**values, **chosen}


def values_of_batch(batch: Batch) -> dict[str, Any]:
    values: dict[str, Any] = {
        "name": batch.name, "project": batch.project.slug, "group": batch.group,
        "tags": batch.tags, "notes": batch.notes, "kind": batch.kind,
        "num_iterations": batch.num_iterations, "base_seed": batch.base_seed,
        "max_running": batch.max_running, "metrics": batch.metrics,
    }  # fmt: skip
    if batch.kind == Batch.Kind.COMPARE:
        labels = [point["label"] for point in batch.points]
        values |= dict(zip(("a_label", "b_label"), labels, strict=True))
    axes = zip(("", "_2"), batch.parameters, axes_of(batch), strict=False)
    for suffix, parameter, numbers in axes:
        values |= {f"parameter{suffix}": parameter, f"values{suffix}": numbers}
    return values


def everything(
    pad: Pad, form: NewBatchForm, configuration: ConfigurationForm | None
) -> dict[str, Any]:
    """The preview comes first: what it finds wrong belongs to the form and the configuration."""
    preview = preview_of(pad, form, configuration)
    return {**context_of(pad, form, configuration), "preview": preview, "batch_form": form}


def page(
    pad: Pad, form: NewBatchForm, configuration: ConfigurationForm | None, status: int = 200
) -> HttpResponse:
    context = everything(pad, form, configuration)
    if configuration:
        context["base"] = configuration.text if configuration.parses else configuration.base
    if status == 422:
        focus_first_fault(form, configuration, context)
    return render(pad.request, "new_batch/new_batch.html", context, status=status)
