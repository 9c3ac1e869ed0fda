"""The steps that lead to a project."""

from collections.abc import Mapping
from typing import Any

from runs.creation.project_templates import project_templates, template_faults

from .drafts import Draft, typed, typed_group
from .entries import Entry, template_entries
from .faults import Faults
from .preview import ProjectPreview
from .steps import Step


class NameAndTemplate(Step):
    name = "template"
    title = "Name and template"
    template = "session/_project.html"
    fields = ("title", "slug", "template")

    def read(self, draft: Draft, sent: Mapping[str, str]) -> Draft:
        """Answers stay as far as the chosen template asks the same."""
        draft = super().read(draft, sent)
        template = draft.project_template
        if template is None:
            return draft
        asked = {question.name for question in template.questions}
        fields = {question.name for question in template.readme}
        return draft.with_inputs(
            variables=only(asked, draft.texts("variables")),
            readme_extra=only(fields, draft.texts("readme_extra")),
        )

    def entries(self, draft: Draft) -> list[Entry]:
        return [
            Entry("title", "Title", value=draft.text("title"), required=True),
            Entry(
                "slug",
                "Name of its directory",
                value=draft.text("slug"),
                help="Empty: made of the title. Letters, digits and . _ - only.",
            ),
        ]

    def context(self, draft: Draft, faults: Faults) -> dict[str, Any]:
        found = draft.project_template
        return {
            **super().context(draft, faults),
            "templates": project_templates(),
            "chosen": found.name if found else "",
            "fault": faults.get("template", ""),
            "broken": template_faults() if draft.owner.is_staff else {},
        }


class Questions(Step):
    name = "questions"
    title = "Questions"
    fields = ("variables",)

    def applies(self, draft: Draft) -> bool:
        return bool(draft.project_template and draft.project_template.questions)

    def read(self, draft: Draft, sent: Mapping[str, str]) -> Draft:
        return draft.with_inputs(variables=typed_group(sent, "variables"))

    def entries(self, draft: Draft) -> list[Entry]:
        assert draft.project_template is not None
        questions = draft.project_template.questions
        return template_entries(questions, "variables", draft.texts("variables"), draft.known)


class ProjectReadme(Step):
    name = "readme"
    title = "Readme"
    fields = ("operator", "objective", "readme_extra")

    def read(self, draft: Draft, sent: Mapping[str, str]) -> Draft:
        return draft.with_inputs(
            operator=typed(sent, "operator"),
            objective=typed(sent, "objective"),
            readme_extra=typed_group(sent, "readme_extra"),
        )

    def entries(self, draft: Draft) -> list[Entry]:
        template = draft.project_template
        fields = template.readme if template else ()
        return [
            Entry("operator", "Operator", value=draft.text("operator"), help="Who answers for it."),
            Entry(
                "objective",
                "Objective",
                "long",
                draft.text("objective"),
                help="What it is for, in words that still mean something in a year.",
            ),
            *template_entries(fields, "readme_extra", draft.texts("readme_extra"), draft.known),
        ]


class ProjectPreviewStep(Step):
    name = "preview"
    title = "Preview"
    template = "session/_preview_project.html"

    def read(self, draft: Draft, sent: Mapping[str, str]) -> Draft:
        return draft

    def context(self, draft: Draft, faults: Faults) -> dict[str, Any]:
        return {"preview": ProjectPreview(draft)}


def only(names: set[str], values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in values if name in names}


PROJECT_STEPS = (NameAndTemplate(), Questions(), ProjectReadme(), ProjectPreviewStep())
