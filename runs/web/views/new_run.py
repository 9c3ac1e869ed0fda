"""The launch pad: choose, configure, check while typing, launch once."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_POST, require_safe

from runs.accounts.limits import require_rate
from runs.checkpoints.resume import refusal_of_program, resume_path
from runs.errors import (
    ConfigurationInvalid,
    Conflict,
    InvalidInput,
    NotFound,
    PassingFault,
    RunAlreadyCreated,
    SetupIncomplete,
    TooManyRequests,
)
from runs.health.setup import require_setup
from runs.http.statuses import status_of
from runs.lifecycle.projects import create_run_in_project
from runs.lifecycle.repeats import is_made_from
from runs.lifecycle.services import RunRequest
from runs.models import Project, Run
from runs.web.forms.configuration import ConfigurationForm
from runs.web.forms.new_run import NewRunForm
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


def new_run(request: HttpRequest) -> HttpResponse:
    return launch(request) if request.method == "POST" else show(request)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """`?program=&template=`, `?from=<run id>` for one like that run, or `?resume=<id>` for one
    that goes on from that checkpoint."""
    pad = pad_from_address(request)
    form = NewRunForm(user=request.user, initial=first_values(pad))
    return page(pad, form, first_configuration(pad))


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What the pad says while somebody types: the other side, the diff, the faults."""
    pad = pad_from_form(request)
    form = NewRunForm(request.POST, user=request.user)
    form.is_valid()
    configuration = configuration_from_form(pad)
    edited = request.POST.get("edited")
    context = {
        **context_of(pad, form, configuration),
        "edited": edited if configuration and configuration.parses else "",
        "base": configuration and (configuration.sent if edited == "text" else configuration.text),
    }
    return render(request, "new_run/_checked.html", context)


@require_POST
def launch(request: HttpRequest) -> HttpResponse:
    pad = pad_from_form(request)
    form = NewRunForm(request.POST, user=request.user)
    configuration = configuration_from_form(pad)
    form_is_valid = form.is_valid()
    if "check" in request.POST:
        return page(pad, form, configuration)
    if pad.program is None or configuration is None:
        return page(pad, form, configuration, status=422)
    if not form_is_valid or configuration.problems:
        return page(pad, form, configuration, status=422)
    return launch_once(pad, form, configuration)


def launch_once(pad: Pad, form: NewRunForm, configuration: ConfigurationForm) -> HttpResponse:
    """The token of the form decides the run's id: the same form makes one run, however often
    it is sent."""
    request = pad.request
    run_id = run_id_for(request)
    try:
        require_setup(with_text=True)
        require_rate(request.user)
        wanted = request_from(pad, form, configuration)
        run = create_run_in_project(
            owner=request.user,  # type: ignore[arg-type]
            request=wanted,
            origin=pad.origin,
            origin_kind=origin_kind(pad),
            run_id=run_id,
        )
    except RunAlreadyCreated:
        return already_launched(pad, form, configuration, wanted, Run.objects.get(pk=run_id))
    except ConfigurationInvalid as error:
        configuration.problems = error.problems
    except InvalidInput as error:
        form.show_fault(error.field, error.message)
    except (SetupIncomplete, TooManyRequests) as error:
        return launch_later(pad, form, configuration, error)
    except (Conflict, NotFound, PassingFault) as error:
        form.show_fault(None, error.message)
    else:
        messages.success(request, f"{run.name} is launched.")
        return redirect("run", run.pk)
    return page(pad, form, configuration, status=422)


def launch_later(
    pad: Pad,
    form: NewRunForm,
    configuration: ConfigurationForm,
    error: SetupIncomplete | TooManyRequests,
) -> HttpResponse:
    """The form stays as it was sent: once more, a little later, is all there is to do."""
    form.show_fault(None, error.message)
    return with_moment(page(pad, form, configuration, status=status_of(error)), error)


def origin_kind(pad: Pad) -> str:
    if pad.origin is None:
        return ""
    return Run.Origin.RESUME if pad.resume else Run.Origin.CLONE


def already_launched(
    pad: Pad, form: NewRunForm, configuration: ConfigurationForm, wanted: RunRequest, run: Run
) -> HttpResponse:
    """Sent twice, it leads to the run it made; changed since, it asks to be sent once more."""
    if is_made_from(run, wanted):
        messages.info(pad.request, "This run had been launched already.")
        return redirect("run", run.pk)
    pad.notices.append(
        f"This form has launched {run.name} ({run.pk}) before. Nothing was launched now: "
        "launch once more for another run with what stands here."
    )
    return page(pad, form, configuration, status=409)


def run_id_for(request: HttpRequest) -> str:
    """Nobody can choose an id, nor meet another person's."""
    token = request.POST.get("token") or secrets.token_hex(8)
    return salted_hmac("runs.new_run", f"{request.user.pk} {token}").hexdigest()[:12]


def request_from(pad: Pad, form: NewRunForm, configuration: ConfigurationForm) -> RunRequest:
    """Raises Conflict where nobody can resume from the checkpoint any more."""
    assert pad.program is not None
    values = form.cleaned_data
    return RunRequest(
        program=pad.program,
        project=Project(slug=values["project"]),
        group=values["group"],
        name=values["name"],
        template=pad.template,
        config_text=configuration.text,
        seed=values["seed"],
        priority=values["priority"],
        resources=pad.origin.resources if pad.origin else {},
        resume_from=where_to_resume(pad),
        tags=values["tags"],
        notes=values["notes"],
    )


def where_to_resume(pad: Pad) -> str:
    """The checkpoint's directory as its row says now, never as a form does. Raises Conflict."""
    if pad.resume is None:
        return ""
    if refusal := refusal_of_program(pad.program):
        raise Conflict(refusal)
    return resume_path(pad.resume.checkpoint)


def page(
    pad: Pad, form: NewRunForm, configuration: ConfigurationForm | None, status: int = 200
) -> HttpResponse:
    context = context_of(pad, form, configuration)
    if configuration:
        context["base"] = configuration.text if configuration.parses else configuration.base
    if status == 422:
        focus_first_fault(form, configuration, context)
    return render(pad.request, "new_run/new_run.html", context, status=status)
