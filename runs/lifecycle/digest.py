"""What a run will compute, as one short text: two runs with the same digest compute the same."""

import hashlib
import json

from runs.configuration.document import Document, parse
from runs.configuration.schema import typed_values
from runs.models import Program, Run, RunDigest


def digest_of(program: Program, document: Document, seed: int | None) -> str:
    """Of the program, the values it will read and the seed: comments and spacing do not count."""
    values = typed_values(document, program.schema)
    text = json.dumps([program.pk, values, seed], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def remember_digest(run: Run, text: str) -> None:
    """For the next who wants the same. Part of the transaction that makes the run."""
    document = parse(text, run.program.config_format)
    RunDigest.objects.create(run=run, digest=digest_of(run.program, document, run.seed))
