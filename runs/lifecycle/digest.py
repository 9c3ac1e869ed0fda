"""What a run will compute, as one short text: two runs with the same digest compute the same."""

import hashlib
import json
from collections.abc import Iterable

from runs.configuration.document import Document, parse
from runs.configuration.schema import typed_values
from runs.models import Program, Run, RunDigest


def digest_of(program: Program, document: Document, seed: int | None) -> str:
    """Of the program, the values it will read and the seed: comments and spacing do not count."""
    return digests_of(program, document, [seed])[0]


def digests_of(program: Program, document: Document, seeds: Iterable[int | None]) -> list[str]:
    """One for each seed; the values are read and written but once."""
    values = typed_values(document, program.schema)
    beginning = json.dumps([program.pk, values], sort_keys=True, default=str).removesuffix("]")
    texts = (f"{beginning}, {json.dumps(seed)}]" for seed in seeds)
    return [hashlib.sha256(text.encode()).hexdigest() for text in texts]


def remember_digest(run: Run, text: str) -> None:
    """For the next who wants the same. Part of the transaction that makes the run."""
    document = parse(text, run.program.config_format)
    RunDigest.objects.create(run=run, digest=digest_of(run.program, document, run.seed))
