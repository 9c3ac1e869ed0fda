import configparser
import json
from pathlib import Path

import jsonschema
import pytest

from runs.simulator.reader import SCHEMA_PATH
from runs.simulator.settings import load_settings

TEMPLATES = sorted((SCHEMA_PATH.parent / "templates").glob("*.ini"))


def test_it_brings_three_templates():
    assert [path.stem for path in TEMPLATES] == [
        "nsfnet_minute",
        "quick_seconds",
        "usbackbone_ten_minutes",
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_it_reads_its_templates_as_the_schema_says(path):
    settings = load_settings(path)
    schema = json.loads(SCHEMA_PATH.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(settings.values, schema)
    assert len(settings.loads) > 10
    assert path.read_text().startswith("; ")


def test_it_documents_every_key():
    documented = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text()
    for path in TEMPLATES:
        parser = configparser.ConfigParser()
        parser.read(path)
        for section in parser.sections():
            assert all(f"`{key}`" in documented for key in parser[section])
