"""Networks in a folder of the test's own, beside the bundled ones."""

import json

import pytest

from runs.topologies.catalogue import topologies

TRIANGLE = {
    "title": "Triangle",
    "nodes": [{"name": name} for name in ("A", "Ü", "<b>")],
    "links": [
        {"source": "A", "destination": "Ü", "length_km": 10},
        {"source": "Ü", "destination": "<b>", "length_km": 20.5},
        {"source": "<b>", "destination": "A"},
    ],
}


@pytest.fixture
def networks(settings, tmp_path):
    """Writes a file into the folder of networks: `networks("name", document)`."""
    folder = tmp_path / "networks"
    folder.mkdir()
    settings.FUSIONWEB_TOPOLOGIES = [folder]
    topologies.cache_clear()

    def write(name, document):
        text = document if isinstance(document, str) else json.dumps(document)
        (folder / f"{name}.json").write_text(text)
        return folder / f"{name}.json"

    yield write
    topologies.cache_clear()


@pytest.fixture
def simulated(make_run, program):
    """A run of the bundled simulator on NSFNET, with results for the loads given."""

    def make(**shares):
        run = make_run(
            program=program, name="nsf", config_text=None, template="nsfnet_minute",
        )  # fmt: skip
        (run.directory / "output").mkdir()
        for load, share in shares.items():
            link = {"source": "Palo Alto", "destination": "Seattle", "utilization": share}
            erlang = load.removeprefix("at_")
            path = run.directory / "output" / f"load_{erlang}.json"
            path.write_text(json.dumps({"links": [link]}))
        return run

    return make
