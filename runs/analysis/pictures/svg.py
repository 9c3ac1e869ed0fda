"""Elements of a picture, written in two ways: for a page, where style sheets know their looks as
classes, and to be taken along, with the colours in the elements themselves."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape, quoteattr

from .colours import LOOKS

# What XML 1.0 has no place for, whatever a label brings, and control characters that it has.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
PREFIX = "p-"


@dataclass(frozen=True, slots=True)
class Element:
    """`looks` are names of `LOOKS`, with blanks between; `tip` is what the pointer is told."""

    tag: str
    looks: str
    children: "tuple[Element | str, ...]"
    attributes: Mapping[str, str | float]
    tip: str = ""


def shape(
    tag: str, looks: str = "", *children: Element | str, tip: str = "", **attributes: str | float
) -> Element:
    """`stroke_width=2` is written `stroke-width="2"`."""
    return Element(tag, looks, children, attributes, tip)


def group(looks: str, children: Iterable[Element], **attributes: str | float) -> Element:
    return Element("g", looks, tuple(children), attributes)


def words(text: str, x: float, y: float, looks: str, **attributes: str | float) -> Element:
    return Element("text", looks, (text,), {"x": x, "y": y, **attributes})


def line(x1: float, y1: float, x2: float, y2: float, looks: str = "") -> Element:
    return Element("line", looks, (), {"x1": x1, "y1": y1, "x2": x2, "y2": y2})


def clean(text: str) -> str:
    return FORBIDDEN.sub("", text)


def cut(text: str, longest: int) -> str:
    """So that a label leaves room for the rest; its whole stands in the table."""
    text = " ".join(clean(text).split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def amount(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


@cache
def attribute_name(keyword: str) -> str:
    return keyword.replace("_", "-")


def attribute(name: str, value: str | float) -> str:
    written = quoteattr(clean(value)) if isinstance(value, str) else f'"{amount(value)}"'
    return f" {name}={written}"


def write(element: Element, *, standalone: bool) -> str:
    parts: list[str] = []
    put(element, parts, standalone)
    return "".join(parts)


def put(element: Element, parts: list[str], standalone: bool) -> None:
    """A picture may have a thousand of them: as few calls for each as can be."""
    parts.append(f"<{element.tag}")
    if element.looks or element.tip:
        told = look_of(element) if standalone else classes_of(element)
        parts += [attribute(name, value) for name, value in told.items()]
    parts += [attribute(attribute_name(key), given) for key, given in element.attributes.items()]
    inner = element.children
    if standalone and element.tip:
        inner = (Element("title", "", (element.tip,), {}), *inner)
    if not inner:
        parts.append("/>")
        return
    parts.append(">")
    for child in inner:
        if isinstance(child, str):
            parts.append(escape(clean(child)))
        else:
            put(child, parts, standalone)
    parts.append(f"</{element.tag}>")


def look_of(element: Element) -> dict[str, str]:
    return {
        key: value for name in element.looks.split() for key, value in LOOKS.get(name, {}).items()
    }


def classes_of(element: Element) -> dict[str, str]:
    told = {"class": class_names(element.looks)} if element.looks.strip() else {}
    return {**told, "data-tip": element.tip} if element.tip else told


@cache
def class_names(looks: str) -> str:
    return " ".join(PREFIX + name for name in looks.split())
