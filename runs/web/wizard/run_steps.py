"""The steps that lead to a run."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from runs.access import visible
from runs.configuration.schema import validate
from runs.creation.project_templates import TemplateQuestion
from runs.lifecycle.places import catalogue
from runs.models import Program, Project, Run

from .drafts import Draft, typed, typed_group
from .entries import Entry, template_entries
from .faults import Faults
from .parameters import Parameters
from .preview import RunPreview
from .project_steps import only
from .steps import Step, with_faults

PROJECTS_OFFERED = 500
KINDS = (
    ("experimental", "experimental: counts as a result"),
    ("test", "test: listed apart, kept for a shorter time"),
)


class InProject(Step):
    name = "project"
    title = "Project"
    template = "session/_in_project.html"
    fields = ("project", "run_kind")

    def read(self, draft: Draft, sent: Mapping[str, str]) -> Draft:
        """What was typed for the README stays as far as the project's template has it."""
        draft = super().read(draft, sent)
        names = {field.name for field in readme_fields(draft)}
        return draft.with_inputs(readme_extra=only(names, draft.texts("readme_extra")))

    def entries(self, draft: Draft) -> list[Entry]:
        offered = visible(draft.owner, Project.objects.all())[:PROJECTS_OFFERED]
        return [
            Entry(
                "project",
                "Project",
                value=draft.text("project"),
                suggestions=tuple(offered.values_list("slug", flat=True)),
                required=True,
            ),
            Entry(
                "run_kind",
                "Kind of run",
                "choice",
                draft.text("run_kind") or KINDS[0][0],
                options=KINDS,
            ),
        ]


class ProgramAndTemplate(Step):
    name = "program"
    title = "Program and template"
    template = "session/_program.html"
    fields = ("program", "template")

    def read(self, draft: Draft, sent: Mapping[str, str]) -> Draft:
        """One choice, so that a template cannot be of another program. The run is named after
        it until somebody gives a name; another program knows nothing of the old values."""
        program, _, template = typed(sent, "made_from").partition("/")
        was_suggested = draft.text("label") in ("", suggested_label(draft))
        if program != draft.text("program"):
            draft = draft.without("overrides")
        draft = draft.with_inputs(program=program, template=template)
        return draft.with_inputs(label=suggested_label(draft)) if was_suggested else draft

    def context(self, draft: Draft, faults: Faults) -> dict[str, Any]:
        programs = Program.objects.filter(enabled=True).only("slug", "title", "description")
        templates = catalogue()
        return {
            "programs": [(program, templates.templates(program.slug)) for program in programs],
            "chosen": f"{draft.text('program')}/{draft.text('template')}",
            "fault": next((faults[name] for name in self.fields if name in faults), ""),
        }


class Values(Step):
    name = "parameters"
    title = "Parameters"
    template = "session/_parameters.html"
    fields = ("label", "seed", "overrides")

    def read(self, draft: Draft, sent: Mapping[str, str]) -> Draft:
        draft = draft.with_inputs(label=typed(sent, "label").strip())
        seed = typed(sent, "seed").strip()
        draft = draft.with_inputs(seed=seed) if seed else draft.without("seed")
        if draft.program is None:
            return draft
        return draft.with_inputs(overrides=Parameters(draft, draft.program).read(sent))

    def entries(self, draft: Draft) -> list[Entry]:
        return [
            Entry("label", "Name", value=draft.text("label"), required=True),
            Entry(
                "seed",
                "Seed",
                "integer",
                draft.text("seed"),
                help="Empty: a program that draws random numbers asks for one.",
            ),
        ]

    def context(self, draft: Draft, faults: Faults) -> dict[str, Any]:
        parameters = Parameters(draft, draft.program) if draft.program else None
        faulty = (
            [each.number for each in parameters.form.controls if each.fault] if parameters else []
        )
        return {
            "entries": with_faults(self.entries(draft), faults),
            "parameters": parameters,
            "configuration": parameters and parameters.form,
            "fault": faults.get("overrides", ""),
            "focus": next(iter(faulty), None) if list(faults) == ["overrides"] else None,
        }


class RunReadme(Step):
    name = "readme"
    title = "Readme"
    fields = ("operator", "objective", "run_date", "readme_extra")

    def read(self, draft: Draft, sent: Mapping[str, str]) -> Draft:
        draft = draft.with_inputs(
            operator=typed(sent, "operator"),
            objective=typed(sent, "objective"),
            readme_extra=typed_group(sent, "readme_extra"),
        )
        day = typed(sent, "run_date").strip()
        return draft.with_inputs(run_date=day) if day else draft.without("run_date")

    def entries(self, draft: Draft) -> list[Entry]:
        return [
            Entry("operator", "Operator", value=draft.text("operator"), help="Who answers for it."),
            Entry(
                "objective",
                "Objective",
                "long",
                draft.text("objective"),
                help="What this run shall show, in words that still mean something in a year.",
            ),
            Entry(
                "run_date",
                "Date",
                "date",
                draft.text("run_date"),
                placeholder=timezone.localdate().isoformat(),
                help="Empty: today.",
            ),
            *template_entries(
                readme_fields(draft), "readme_extra", draft.texts("readme_extra"), {}
            ),
        ]


class RunPreviewStep(Step):
    name = "preview"
    title = "Preview"
    template = "session/_preview_run.html"

    def read(self, draft: Draft, sent: Mapping[str, str]) -> Draft:
        return draft

    def context(self, draft: Draft, faults: Faults) -> dict[str, Any]:
        """`doubts` are values that checks will ask about; what none could mend never comes here."""
        preview = RunPreview(draft)
        problems = validate(preview.made.document, preview.made.program.schema)
        return {"preview": preview, "doubts": len(problems)}


def readme_fields(draft: Draft) -> tuple[TemplateQuestion, ...]:
    return draft.project_template.run_readme if draft.project_template else ()


def suggested_label(draft: Draft) -> str:
    return draft.text("template").rpartition("/")[2] or draft.text("program")


def last_project(owner: Any) -> str:
    """Where somebody launched last is where they launch next, more often than not."""
    runs = Run.objects.filter(owner=owner).order_by("-created_at", "-pk")
    return runs.values_list("project__slug", flat=True).first() or ""


RUN_STEPS = (InProject(), ProgramAndTemplate(), Values(), RunReadme(), RunPreviewStep())
