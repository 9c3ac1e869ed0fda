"""What a check asks, and whether an answer fits."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from runs.errors import InputInvalid

FieldType = Literal["text", "integer", "number", "boolean", "choice", "upload"]
LONGEST_ANSWER = 100_000


@dataclass(frozen=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True)
class InputField:
    """One thing asked. `accept` are suffixes such as ".json", `max_bytes` of an upload alone."""

    id: str
    label: str
    type: FieldType
    required: bool = True
    default: Any = None
    options: tuple[Option, ...] = ()
    hint: str = ""
    accept: tuple[str, ...] = ()
    max_bytes: int | None = None


@dataclass(frozen=True)
class Question:
    """`reason` is a sentence that says why it is asked, with the facts that led to it."""

    reason: str
    fields: tuple[InputField, ...]

    def to_json(self) -> dict[str, Any]:
        return {"reason": self.reason, "fields": [asdict(field) for field in self.fields]}


@dataclass(frozen=True)
class Upload:
    """A file that came with an answer, as bytes; only its last name is kept."""

    name: str
    content: bytes


def question_from_json(pending: Mapping[str, Any]) -> Question:
    """The question out of a session's `pending_input`."""
    fields = tuple(
        InputField(
            **{
                **field,
                "options": tuple(Option(**option) for option in field["options"]),
                "accept": tuple(field["accept"]),
            }
        )
        for field in pending["fields"]
    )
    return Question(pending["reason"], fields)


def read_answer(question: Question, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answer with each value of its field's type. Raises InputInvalid naming the field."""
    known = {field.id for field in question.fields}
    if unknown := sorted(set(given) - known):
        raise InputInvalid(f"{unknown[0]} was not asked.", unknown[0])
    answer = {}
    for field in question.fields:
        value = read_value(field, given.get(field.id))
        if value is not None:
            answer[field.id] = value
    return answer


def read_value(field: InputField, value: Any) -> Any:
    if value is None or value == "":
        if field.required and field.default is None:
            raise InputInvalid(f"{field.label} is needed.", field.id)
        return field.default
    return READERS[field.type](field, value)


def read_text(field: InputField, value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_ANSWER or "\0" in value:
        raise InputInvalid(
            f"{field.label} is a text of at most {LONGEST_ANSWER:,} characters.", field.id
        )
    return value


def read_integer(field: InputField, value: Any) -> int:
    try:
        if isinstance(value, bool | float):
            raise ValueError
        number = int(str(value).strip())
    except ValueError:
        raise InputInvalid(f"{field.label} is a whole number.", field.id) from None
    if abs(number) > 2**53:
        raise InputInvalid(f"{field.label} is too large.", field.id)
    return number


def read_number(field: InputField, value: Any) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)
    except (ValueError, TypeError, OverflowError):
        raise InputInvalid(f"{field.label} is a number.", field.id) from None
    if not abs(number) < 1e300:
        raise InputInvalid(f"{field.label} is a finite number.", field.id)
    return number


def read_boolean(field: InputField, value: Any) -> bool:
    words = {"true": True, "on": True, "yes": True, "1": True,
             "false": False, "off": False, "no": False, "0": False}  # fmt: skip
    found = words.get(str(value).strip().lower())
    if found is None:
        raise InputInvalid(f"{field.label} is yes or no.", field.id)
    return found


def read_choice(field: InputField, value: Any) -> str:
    values = [option.value for option in field.options]
    if value not in values:
        raise InputInvalid(f"{field.label} is one of {', '.join(values)}.", field.id)
    return str(value)


def read_upload(field: InputField, value: Any) -> Upload:
    if not isinstance(value, Upload):
        raise InputInvalid(f"{field.label} is a file.", field.id)
    if field.max_bytes is not None and len(value.content) > field.max_bytes:
        raise InputInvalid(f"{field.label} may have at most {field.max_bytes:,} bytes.", field.id)
    if field.accept and not value.name.lower().endswith(field.accept):
        raise InputInvalid(f"{field.label} ends in {' or '.join(field.accept)}.", field.id)
    return value


READERS = {
    "text": read_text,
    "integer": read_integer,
    "number": read_number,
    "boolean": read_boolean,
    "choice": read_choice,
    "upload": read_upload,
}
