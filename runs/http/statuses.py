"""Which HTTP status an error of the domain is, on pages and in the API alike."""

from runs.errors import (
    DiskSpaceInsufficient,
    FusionwebError,
    InvalidInput,
    Malformed,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    PassingFault,
    TooLarge,
    TooManyRequests,
)

# The first that fits counts, so a kind stands before what it is a kind of.
STATUS_CODES: list[tuple[type[FusionwebError], int]] = [
    (Malformed, 400),
    (TooLarge, 413),
    (InvalidInput, 422),
    (NotAuthenticated, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (TooManyRequests, 429),
    (DiskSpaceInsufficient, 507),
    (PassingFault, 503),
    (FusionwebError, 409),
]


def status_of(error: FusionwebError) -> int:
    return next(code for kind, code in STATUS_CODES if isinstance(error, kind))
