"""Numbers as people list them: `1, 2, 4`, or a range with its step, `10–100 step 10`."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from runs.analysis.requests import MOST_VALUES

Number = int | float

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
RANGE = re.compile(
    rf"({NUMBER})\s*(?:–|—|-|\.\.|…|\bto\b)\s*({NUMBER})\s*(?:(?:step|by|:)\s*({NUMBER}))?$"
)
LONGEST = 2000
# A float has no larger or smaller ones: their ranges would not end.
EXPONENT_MAX = 300


def read_numbers(text: str) -> list[Number]:
    """In the order written; whole numbers stay whole. Raises ValueError with a sentence."""
    if len(text) > LONGEST:
        raise ValueError(f"At most {LONGEST:,} characters.")
    found: list[Number] = []
    for part in re.split(r"[,;\n]", text):
        for value in read_part(part.strip()):
            found.append(as_number(value))
            if len(found) > MOST_VALUES:
                raise ValueError(f"At most {MOST_VALUES} values; these are more.")
    return found


def read_part(part: str) -> Iterator[Decimal]:
    """One number, or all of a range with both of its ends where the step meets the last."""
    if not part:
        return
    matched = RANGE.match(part)
    if matched is None:
        yield read_one(part)
        return
    first, last, step = (read_one(each or "1") for each in matched.groups())
    if step == 0:
        raise ValueError("A range needs a step other than 0.")
    step = abs(step) if last >= first else -abs(step)
    value = first
    while (value <= last) if step > 0 else (value >= last):
        yield value
        if value + step == value:
            raise ValueError(f"The step of “{part[:40]}” is too small.")
        value += step


def read_one(text: str) -> Decimal:
    try:
        value = Decimal(text) if re.fullmatch(NUMBER, text) else None
    except InvalidOperation:
        value = None
    if value is None:
        raise ValueError(f"“{text[:40]}” is no number. Write 1, 2, 4 or 10–100 step 10.")
    if value and abs(value.adjusted()) > EXPONENT_MAX:
        raise ValueError(f"“{text[:40]}” is too large or too small.")
    return value


def as_number(value: Decimal) -> Number:
    """Whole where it was written whole: `3` stays an integer, `3.0` a number."""
    exponent = value.as_tuple().exponent
    is_whole = isinstance(exponent, int) and exponent >= 0
    return int(value) if is_whole else float(value)


class NumbersField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        try:
            return read_numbers(super().to_python(value) or "")
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value
