"""A project's rules of retention: edit, rehearse, apply.

A rehearsal is a GET with the rule in its address: it saves nothing, and a link shows it to a
colleague. Saving and applying are POSTs.
"""

import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from runs.access import may_manage, require_manage
from runs.cleanup.planning import Plan
from runs.cleanup.retention import (
    ONLY_MANAGERS,
    Outcome,
    apply,
    fingerprint,
    plan,
    save_rule,
)
from runs.errors import InvalidInput
from runs.models import Project, Retention
from runs.web.deleting import MOST_UNDONE, in_one_sentence
from runs.web.forms.retention import RetentionForm
from runs.web.templatetags.show import count, size
from runs.web.undo import deleted_and_gone
from runs.web.views.loading import get_project

ITEMS_SHOWN = 200
# Longer than this no browser waits; what is left is applied by pressing again, or by `prune`.
APPLY_SECONDS = 20.0


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def project_retention(request: HttpRequest, slug: str) -> HttpResponse:
    """Who sees the project looks and rehearses; its managers and staff save and apply.

    Raises ProjectNotFound, NotAllowed.
    """
    project = get_project(request, slug)
    sent = request.POST if request.method == "POST" else request.GET
    subject = sent.get("subject", "")
    if request.method == "POST":
        require_manage(request.user, project, ONLY_MANAGERS)
        if subject not in Retention.Subject.values:
            raise InvalidInput("Retention is of checkpoints or of jobs.", "subject")
    form = form_of(project, subject, sent) if subject in Retention.Subject.values else None
    if form is None or not form.is_valid():
        return page(request, project, form, status=422 if form and request.POST else 200)
    action = request.POST.get("action", "rehearse")
    if action == "save":
        return save(request, form)
    if action == "apply":
        return apply_rule(request, project, form)
    return page(request, project, form, plan(form.rule()))


def rule_of(project: Project, subject: str) -> Retention:
    found = Retention.objects.filter(project=project, subject=subject).first()
    return found or Retention(project=project, subject=subject)


def form_of(project: Project, subject: str, sent: QueryDict | None = None) -> RetentionForm:
    rule = rule_of(project, subject)
    return RetentionForm(sent, instance=rule, auto_id=f"{subject}-%s")


def save(request: HttpRequest, form: RetentionForm) -> HttpResponse:
    rule = form.rule()
    save_rule(actor=request.user, rule=rule)
    messages.success(request, f"Saved the rule for {rule.get_subject_display()}.")
    return redirect("project_retention", slug=rule.project.slug)


def apply_rule(request: HttpRequest, project: Project, form: RetentionForm) -> HttpResponse:
    """Only what was rehearsed, once its number was typed."""
    planned = plan(form.rule())
    expected = str(len(planned.going))
    fault = ""
    if request.POST.get("plan") != fingerprint(planned):
        fault = "What would go has changed since the rehearsal. Look at it again."
    elif request.POST.get("confirm", "").strip() != expected:
        fault = f"Type {expected} to confirm."
    if fault or not planned.going:
        return page(request, project, form, planned, fault=fault, status=422)
    deadline = time.monotonic() + APPLY_SECONDS
    outcome = apply(
        form.rule(),
        planned,
        actor=request.user,
        is_stopped=lambda: time.monotonic() > deadline,
    )
    return deleted_and_gone(
        request,
        told(outcome),
        [each.trash_id for each in outcome.deleted][:MOST_UNDONE],
        level="warning" if outcome.stayed or outcome.left else "success",
        address=reverse("project_retention", args=[project.slug]),
    )


def told(outcome: Outcome) -> str:
    words = (
        f"Moved {len(outcome.deleted):,} to the trash: "
        f"{count(outcome.files, 'file')}, {size(outcome.size_bytes)}, measured."
    )
    if outcome.left:
        words += f" {outcome.left:,} are left: rehearse and apply again."
    stayed = [f"{item.candidate.label} stayed: {why}." for item, why in outcome.stayed]
    return f"{words} {in_one_sentence(stayed)}".strip()


def page(
    request: HttpRequest,
    project: Project,
    form: RetentionForm | None,
    planned: Plan | None = None,
    *,
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    forms = [
        form if form and form.instance.subject == subject else form_of(project, subject)
        for subject in Retention.Subject.values
    ]
    context: dict[str, Any] = {"project": project, "forms": forms, "fault": fault}
    context["may_manage"] = may_manage(request.user, project)
    if form and planned:
        context |= {
            "rehearsed": form,
            "plan": planned,
            "fingerprint": fingerprint(planned),
            "going": planned.going[:ITEMS_SHOWN],
            "staying": planned.staying[:ITEMS_SHOWN],
        }
    return render(request, "retention/page.html", context, status=status)
