"""A stochastic program without a seed cannot be repeated: ask for one, or make one."""

import secrets
from typing import Any

from runs.creation.draft import RunDraft
from runs.creation.seeds import is_stochastic, seed_keys
from runs.errors import InputInvalid
from runs.lifecycle.services import SEED_LIMIT

from .deprecated_value import is_set
from .question import InputField, Question


def has_seed(draft: RunDraft) -> bool:
    """By itself, or by its configuration."""
    values = draft.values
    return draft.seed is not None or any(is_set(values, key) for key in seed_keys(draft.program))


class SeedPolicy:
    """A program is stochastic where its command takes {seed} or its schema has a key `seed`."""

    name = "seed_policy"
    label = "seed"
    position = 500

    def look(self, draft: RunDraft, answer: dict[str, Any]) -> Question | None:
        if not is_stochastic(draft.program) or has_seed(draft):
            return None
        return Question(
            f"{draft.program.title} draws random numbers. Without a seed, nobody can repeat "
            "this run.",
            (
                InputField("seed", "Seed", "integer", required=False, hint=f"0 to {SEED_LIMIT}"),
                InputField("generate", "Make one for me", "boolean", required=False, default=False),
            ),
        )

    def accept(self, draft: RunDraft, answer: dict[str, Any]) -> dict[str, Any]:
        if "seed" in answer:
            if not 0 <= answer["seed"] <= SEED_LIMIT:
                raise InputInvalid(f"A seed is from 0 to {SEED_LIMIT}.", "seed")
            return {"seed": answer["seed"]}
        if answer.get("generate"):
            return {"seed": secrets.randbelow(2**31)}
        raise InputInvalid("Write a seed, or let one be made.", "seed")

    def apply(self, draft: RunDraft, answer: dict[str, Any]) -> RunDraft:
        return draft.with_seed(answer["seed"])

    def remarks(self, draft: RunDraft) -> list[str]:
        return []
