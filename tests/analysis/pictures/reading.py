"""A picture as somebody's program reads it: parsed, and its marks found."""

import xml.etree.ElementTree as ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def parse(text):
    return ElementTree.fromstring(text)


def texts(root):
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def tags(root, tag):
    return list(root.iter(f"{SVG}{tag}"))


def tips(root):
    return [element.get("data-tip") for element in root.iter() if element.get("data-tip")]


def numbers(drawing):
    """Every number in the attributes of its marks, so that a test sees nan and inf."""
    root = parse(drawing.on_page())
    skipped = {"data-tip", "class", "viewBox", "data-x", "data-y", "data-box", "d", "transform"}
    found = []
    for element in root.iter():
        for name, value in element.attrib.items():
            if name not in skipped and value.replace(".", "").lstrip("-").isdigit():
                found.append(float(value))
            elif name not in skipped:
                assert "nan" not in value and "inf" not in value.split()
        assert "nan" not in element.get("d", "") and "inf" not in element.get("d", "")
    return found
