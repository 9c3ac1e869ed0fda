"""The same was run before: say by whom, when and with what result, and ask whether that will do."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from runs.access import visible
from runs.contract.status import ACTIVE, Status
from runs.creation.draft import RunDraft
from runs.errors import InputInvalid
from runs.lifecycle.digest import digest_of
from runs.models import Run

from .question import InputField, Option, Question

# What never came to a result is nothing to go back to.
WORTH_TELLING = frozenset({*ACTIVE, Status.COMPLETED, Status.FAILED})


def twins(draft: RunDraft) -> QuerySet[Run]:
    """Runs of the same that this person may see, the newest first; tests among tests."""
    digest = digest_of(draft.program, draft.document, draft.seed)
    runs = Run.objects.filter(
        configuration_digest__digest=digest,
        status__in=WORTH_TELLING,
        purpose="test" if draft.wish.run_kind == "test" else None,
    )
    return visible(draft.owner, runs.select_related("owner", "project").order_by("-created_at"))


def best_twin(draft: RunDraft) -> Run | None:
    """One that completed goes before one that may yet, that before one that failed."""
    order = {Status.COMPLETED: 0, Status.FAILED: 2}
    found = list(twins(draft)[:50])
    return min(found, key=lambda run: order.get(Status(run.status), 1), default=None)


class DuplicateRun:
    name = "duplicate_run"
    label = "earlier runs of the same"
    position = 700

    def look(self, draft: RunDraft, answer: dict[str, Any]) -> Question | None:
        if draft.reuse or answer.get("decision") == "new":
            return None
        run = best_twin(draft)
        if run is None:
            return None
        return Question(
            sentence(run),
            (
                InputField(
                    "decision",
                    "What to do",
                    "choice",
                    options=(
                        Option("reuse", f"Use run {run.pk} and make no other"),
                        Option("new", "Run it once more"),
                    ),
                ),
            ),
        )

    def accept(self, draft: RunDraft, answer: dict[str, Any]) -> dict[str, Any]:
        if answer["decision"] == "new":
            return answer
        run = best_twin(draft)
        if run is None:
            raise InputInvalid("That run has been deleted meanwhile: run it once more.", "decision")
        return {**answer, "run_id": run.pk}

    def apply(self, draft: RunDraft, answer: dict[str, Any]) -> RunDraft:
        """A run that was deleted since is no longer preferred: the question comes again, if it
        does."""
        if answer["decision"] != "reuse" or not twins(draft).filter(pk=answer["run_id"]).exists():
            return draft
        return draft.with_reuse(answer["run_id"])

    def remarks(self, draft: RunDraft) -> list[str]:
        return []


def sentence(run: Run) -> str:
    when = timezone.localtime(run.created_at)
    result = f"{run.status}: {run.reason}" if run.reason else str(run.status)
    return (
        f"{run.owner} ran the same program with the same configuration and seed on "
        f"{when.day} {when:%b %Y at %H:%M}: run {run.pk} ({run.name}) in {run.project}, {result}."
    )
