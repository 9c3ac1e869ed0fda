"""What the run may write, or how long it may take, is more than its project allows."""

from typing import Any

from runs.creation.draft import RunDraft
from runs.creation.estimate import Estimate, estimate_of, number_at, scale_keys
from runs.errors import InputInvalid

from .problems import problem_at
from .question import InputField, Question

UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB")


class SizeEstimate:
    """The project's `most_output_bytes` and `most_run_seconds` against an estimate."""

    name = "size_estimate"
    label = "size and time"
    position = 600

    def look(self, draft: RunDraft, answer: dict[str, Any]) -> Question | None:
        if answer.get("confirm") or not has_limits(draft):
            return None
        estimate = estimate_of(draft)
        if estimate is None or not (share := excess(draft, estimate)):
            return None
        confirm = InputField("confirm", "Run it as it is", "boolean", required=False, default=False)
        asked = [confirm, *reduction(draft, share)]
        return Question(sentence(draft, estimate), tuple(asked))

    def accept(self, draft: RunDraft, answer: dict[str, Any]) -> dict[str, Any]:
        if "reduce_to" in answer:
            key = scale_keys(draft.program.schema)[0]
            before = number_at(draft.values, key)
            if before is not None and not 0 < answer["reduce_to"] < before:
                raise InputInvalid(f"It is reduced to less than {before:g}.", "reduce_to")
            reduced = draft.with_value(key, answer["reduce_to"])
            if problem := problem_at(reduced, key):
                raise InputInvalid(f"{key[-1]}: {problem}.", "reduce_to")
            return answer
        if not answer.get("confirm"):
            raise InputInvalid("Confirm it, or reduce it.", "confirm")
        return answer

    def apply(self, draft: RunDraft, answer: dict[str, Any]) -> RunDraft:
        if "reduce_to" not in answer:
            return draft
        return draft.with_value(scale_keys(draft.program.schema)[0], answer["reduce_to"])

    def remarks(self, draft: RunDraft) -> list[str]:
        if not has_limits(draft):
            return []
        estimate = estimate_of(draft)
        if estimate is None:
            return [
                f"No completed run of {draft.program.title} with this template is there to "
                f"compare with: whether this one stays within what {draft.project} allows "
                f"({limits(draft)}) is not known."
            ]
        return [sentence(draft, estimate)] if excess(draft, estimate) else []


def has_limits(draft: RunDraft) -> bool:
    project = draft.project
    return project.most_output_bytes is not None or project.most_run_seconds is not None


def excess(draft: RunDraft, estimate: Estimate) -> float:
    """The share of itself that it has to come down to; 0 where it is within all limits."""
    pairs = (
        (estimate.size_bytes, draft.project.most_output_bytes),
        (estimate.seconds, draft.project.most_run_seconds),
    )
    shares = [
        most / much for much, most in pairs if much is not None and most is not None and much > most
    ]
    return max(min(shares), 1e-9) if shares else 0.0


def reduction(draft: RunDraft, share: float) -> list[InputField]:
    """The first key that the schema says the run grows with, and how small would do."""
    keys = scale_keys(draft.program.schema)
    before = number_at(draft.values, keys[0]) if keys else None
    if before is None:
        return []
    hint = f"{before:g} now; {int(before * share):,} would do" if before * share >= 1 else ""
    label = f"Reduce {keys[0][-1]} to"
    return [InputField("reduce_to", label, "integer", required=False, hint=hint)]


def sentence(draft: RunDraft, estimate: Estimate) -> str:
    much = " and ".join(words(estimate.size_bytes, estimate.seconds))
    return f"About {much}, {estimate.made_from}; {draft.project} allows {limits(draft)}."


def limits(draft: RunDraft) -> str:
    project = draft.project
    return " and ".join(words(project.most_output_bytes, project.most_run_seconds))


def words(size_bytes: float | None, seconds: float | None) -> list[str]:
    found = []
    if size_bytes is not None:
        found.append(size_words(size_bytes))
    if seconds is not None:
        found.append(time_words(seconds))
    return found


def size_words(size_bytes: float) -> str:
    unit = 0
    while size_bytes >= 1000 and unit < len(UNITS) - 1:
        size_bytes, unit = size_bytes / 1000, unit + 1
    return f"{size_bytes:.3g} {UNITS[unit]}"


def time_words(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
