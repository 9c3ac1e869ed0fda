"""What a form that launches is about: a program, its template or the run it is like, and the
configuration that comes from there. Runs and batches share it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from runs.access import visible
from runs.checkpoints.resume import ResumePlan, plan_resume, resuming_programs
from runs.configuration.templates import Template
from runs.contract.layout import DEFAULT_GROUP, DEFAULT_PROJECT
from runs.errors import Conflict, FusionwebError, NotFound, TooManyRequests
from runs.lifecycle.places import catalogue
from runs.lifecycle.services import check_program, frozen_configuration, has_template, template_text
from runs.models import Batch, Program, Project, Run
from runs.web.forms.configuration import ConfigurationForm, typed_fields
from runs.web.forms.new_run import NewRunForm
from runs.web.views.loading import checkpoint_of, get_run

PROJECTS_OFFERED = 500


@dataclass
class Pad:
    """What the page is about: a program, where its text comes from, and what to say of it.

    `resume` is the checkpoint that the run goes on from; `origin` then the run that saved it.
    `batch` is one to be made again. `url_name` is that of the page with the form.
    """

    request: HttpRequest
    program: Program | None
    template: str = ""
    origin: Run | None = None
    resume: ResumePlan | None = None
    batch: Batch | None = None
    url_name: str = "run_new"
    notices: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return reverse(self.url_name)

    @property
    def templates(self) -> list[Template]:
        return catalogue().templates(self.program.slug) if self.program else []

    def template_text(self) -> str:
        """Empty where there is no template, or where it went while the page was open."""
        try:
            return template_text(self.program, self.template) if self.program else ""
        except NotFound as error:
            self.notices.append(error.message)
            self.template = ""
            return ""


def pad_from_address(request: HttpRequest) -> Pad:
    asked = request.GET
    if asked.get("resume"):
        plan = plan_resume(checkpoint_of(request, asked["resume"]), request.user)
        return pad_to_resume(request, plan)
    if asked.get("from"):
        run = get_run(request, asked["from"])
        return Pad(request, run.program, run.template if has_template(run) else "", run)
    pad = Pad(request, find_program(request, asked.get("program", "")))
    names = [template.name for template in pad.templates]
    template = asked.get("template", "")
    # the template belonged to the program shown before
    if asked.get("was", asked.get("program")) != asked.get("program"):
        template = ""
    if template and template not in names:
        pad.notices.append(f"There is no template “{template[:200]}” of this program.")
    pad.template = template if template in names else preferred_template(pad, names)
    return pad


def pad_to_resume(request: HttpRequest, plan: ResumePlan) -> Pad:
    """With the program that made it, or the first of those that can resume at all.

    Raises Conflict where nobody can, saying why.
    """
    if plan.refusal:
        raise Conflict(f"Nobody can resume from {plan.checkpoint}. {plan.refusal}")
    asked = request.GET.get("program", "")
    program = find_program(request, asked) if asked else plan.program
    pad = Pad(request, program or resuming_programs()[0], resume=plan)
    pad.origin = plan.maker if plan.maker and plan.maker.program == pad.program else None
    template = request.GET.get("template", "")
    if template in [known.name for known in pad.templates]:
        pad.template = template
    elif pad.origin and has_template(pad.origin):
        pad.template = pad.origin.template
    return pad


def find_program(request: HttpRequest, slug: str) -> Program | None:
    """The one asked for, else the one used last, else the first that can be launched."""
    if slug:
        program = Program.objects.filter(slug=slug).first()
        if program is None:
            raise NotFound(f"There is no program “{slug[:200]}”.")
        return program
    enabled = Program.objects.filter(enabled=True)
    last = Run.objects.filter(owner=request.user.pk).order_by("-created_at", "-id")
    used = enabled.filter(pk__in=list(last.values_list("program", flat=True)[:1])).first()
    return used or enabled.first()


def preferred_template(pad: Pad, names: list[str]) -> str:
    """The one used last with this program, else the first."""
    own = Run.objects.filter(owner=pad.request.user.pk, program=pad.program)
    last = own.order_by("-created_at", "-id").values_list("template", flat=True).first()
    return last if last in names else next(iter(names), "")


def pad_from_form(request: HttpRequest) -> Pad:
    sent = request.POST
    program = Program.objects.filter(slug=sent.get("program", "")).first()
    pad = Pad(request, program, sent.get("template", ""))
    if program is None:
        pad.notices.append("The program of this form is gone. Choose another.")
    if sent.get("resume"):
        pad.resume = plan_resume(checkpoint_of(request, sent["resume"]), request.user)
        maker = pad.resume.maker
        pad.origin = maker if maker and maker.program == program else None
    elif sent.get("from"):
        runs = visible(request.user, Run.objects.select_related("program"))
        pad.origin = runs.filter(pk=sent["from"]).first()
    return pad


def first_values(pad: Pad) -> dict[str, Any]:
    """As the origin or the checkpoint had them, as the address says, or as one's last run."""
    if pad.resume:
        checkpoint = pad.resume.checkpoint
        place = {
            "name": checkpoint.name,
            "project": checkpoint.project,
            "group": checkpoint.group,
        }
        maker = pad.origin
        return {**place, "seed": maker.seed, "tags": maker.tags} if maker else place
    if pad.origin:
        run = pad.origin
        return {
            "name": run.name, "project": run.project.slug, "group": run.group,
            "seed": run.seed, "tags": run.tags, "notes": run.notes,
        }  # fmt: skip
    own = visible(pad.request.user, Run.objects.filter(owner=pad.request.user.pk))
    last = own.select_related("project").first()
    values = {
        "name": suggested_name(pad),
        "project": last.project.slug if last else DEFAULT_PROJECT,
        "group": last.group if last else DEFAULT_GROUP,
    }
    asked = pad.request.GET
    return {**values, **{key: asked[key] for key in values if asked.get(key)}}


def suggested_name(pad: Pad) -> str:
    return pad.template.rpartition("/")[2] or (pad.program.slug if pad.program else "")


def first_configuration(pad: Pad) -> ConfigurationForm | None:
    if pad.program is None:
        return None
    template = pad.template_text()
    if pad.resume:
        chosen = pad.template and pad.request.GET.get("template") == pad.template
        text = None if chosen else pad.resume.configuration(pad.program)
        text = template if text is None else text
        return ConfigurationForm(pad.program, text=text, template=template or text)
    if pad.origin is None:
        return ConfigurationForm(pad.program, text=template, template=template)
    try:
        text = frozen_configuration(pad.origin)
    except NotFound as error:
        pad.notices.append(f"{error.message} This is its template.")
        text = template
    return ConfigurationForm(pad.program, text=text, template=template or text)


def configuration_from_form(pad: Pad) -> ConfigurationForm | None:
    if pad.program is None:
        return None
    sent: Mapping[str, str] = pad.request.POST
    return ConfigurationForm(
        pad.program,
        text=sent.get("config", ""),
        base=sent.get("base_config", ""),
        typed=typed_fields(sent),
        template=pad.template_text(),
    )


def context_of(
    pad: Pad, form: NewRunForm, configuration: ConfigurationForm | None
) -> dict[str, Any]:
    projects = visible(pad.request.user, Project.objects.all())
    return {
        "pad": pad,
        "form": form,
        "configuration": configuration,
        "program_fault": program_fault(pad.program),
        "programs": programs_offered(pad),
        "projects": list(projects.values_list("slug", flat=True)[:PROJECTS_OFFERED]),
        "new_project": is_new_project(form),
        "suggested": suggested_name(pad),
        "token": secrets.token_hex(8),
    }


def programs_offered(pad: Pad) -> Sequence[Program]:
    if pad.resume:
        return resuming_programs()
    return list(Program.objects.filter(enabled=True).only("slug", "title"))


def program_fault(program: Program | None) -> str:
    try:
        if program:
            check_program(program)
    except FusionwebError as error:
        return error.message
    return ""


def is_new_project(form: NewRunForm) -> bool:
    slug = form.cleaned_data.get("project") if form.is_bound else None
    return bool(slug) and not Project.objects.filter(slug=slug).exists()


def with_moment(answer: HttpResponse, error: Exception) -> HttpResponse:
    """Say when it may be asked again, where it was asked too often."""
    if isinstance(error, TooManyRequests):
        answer["Retry-After"] = str(error.retry_after_seconds)
    return answer


def focus_first_fault(
    form: NewRunForm, configuration: ConfigurationForm | None, context: dict[str, Any]
) -> None:
    """Without script, `autofocus` takes the person to what has to be changed."""
    for name in form.errors:
        if name in form.fields:
            form.fields[name].widget.attrs["autofocus"] = True
            return
    faulty = (
        [control.number for control in configuration.controls if control.fault]
        if (configuration)
        else []
    )
    context["focus"] = faulty[0] if faulty else "config"
