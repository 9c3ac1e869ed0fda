import json

import pytest

from runs.simulator.errors import ConfigurationError
from runs.simulator.modulation import MODULATIONS_PATH
from runs.simulator.reader import SCHEMA_PATH
from runs.simulator.settings import load_settings
from runs.simulator.topology import topology_names


def test_it_reads_every_key_with_its_type(configuration):
    settings = load_settings(
        configuration(
            {
                "topology_settings.const_link_weight": "Yes",
                "general_settings.erlang_step": "2.5e1",
                "general_settings.request_distribution": "{25: 0.25, 100: 0.75}",
            }
        )
    )
    assert settings.topology["const_link_weight"] is True
    assert settings.loads == (20.0, 45.0)
    assert settings.bandwidths == ("25", "100")
    assert settings.shares == (0.25, 0.75)


def test_it_meets_the_last_load_in_spite_of_rounding(configuration):
    changes = {"erlang_start": "0.1", "erlang_stop": "0.7", "erlang_step": "0.1"}
    config = configuration({f"general_settings.{key}": text for key, text in changes.items()})
    assert load_settings(config).loads == (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("general_settings.erlang_start", "400", "above erlang_stop"),
        ("general_settings.erlang_start", "many", "expected a number, got 'many'"),
        ("general_settings.erlang_start", "nan", "expected a number"),
        ("general_settings.erlang_start", "1_0", "expected a number"),
        ("general_settings.erlang_start", "1e999", "expected a number"),
        ("general_settings.erlang_start", "-1", "below"),
        ("general_settings.erlang_start", None, "is missing"),
        ("general_settings.erlang_start", "", "got nothing"),
        ("general_settings.erlang_step", "0", "below"),
        ("general_settings.erlang_step", "0.001", "loads, at most"),
        ("general_settings.erlang_strat", "1", "did you mean erlang_start?"),
        ("general_settings.num_requests", "2.5", "expected a whole number"),
        ("general_settings.num_requests", "9" * 5000, "expected a whole number"),
        ("general_settings.num_requests", "٣", "expected a whole number"),
        ("general_settings.max_iters", "100000", "above 1000"),
        ("general_settings.request_distribution", "[1]", "expected an object"),
        ("general_settings.request_distribution", "{", "expected an object"),
        ("general_settings.request_distribution", "[" * 3000, "expected an object"),
        ("general_settings.request_distribution", "{}", "names no bandwidth"),
        ("general_settings.request_distribution", '{"100": 0.5}', "add up to 0.5"),
        ("general_settings.request_distribution", '{"fast": 1}', "no bandwidth"),
        ("general_settings.request_distribution", '{"0": 1}', "no bandwidth"),
        ("general_settings.request_distribution", '{"100": "1"}', "share of 100"),
        ("general_settings.request_distribution", '{"100": NaN}', "share of 100"),
        ("topology_settings.network", "arpanet", "is none of nsfnet"),
        ("topology_settings.const_link_weight", "maybe", "expected true or false"),
        ("spectrum_settings.guard_slots", "-1", "below"),
    ],
)
def test_it_names_the_key_at_fault(configuration, path, text, says):
    with pytest.raises(ConfigurationError) as caught:
        load_settings(configuration({path: text}))
    assert caught.value.key == path
    assert str(caught.value).startswith(f"{path}: ")
    assert says in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "general_settings: section is missing"),
        (b"erlang_start = 3\n", "no section headers"),
        (b"[general_settings]\nseed = 1\nseed = 2\n", "already exists"),
        (b"[rl_settings]\ndevice = cpu\n", "unknown section"),
        (b"\xff\xfe\x00", "does not parse"),
        (b"x" * (1 << 21), "larger than"),
    ],
)
def test_it_refuses_a_file_that_is_no_configuration(tmp_path, content, says):
    path = tmp_path / "config.ini"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=says) as caught:
        load_settings(path)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", ["missing.ini", "."])
def test_it_refuses_a_file_it_cannot_read(tmp_path, name):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_settings(tmp_path / name)


def test_it_offers_in_the_form_what_there_is_on_disk():
    schema = json.loads(SCHEMA_PATH.read_text())["properties"]
    networks = schema["topology_settings"]["properties"]["network"]["enum"]
    modulations = schema["general_settings"]["properties"]["mod_assumption"]["enum"]
    assert sorted(networks) == topology_names()
    assert modulations == list(json.loads(MODULATIONS_PATH.read_text()))


def test_it_explains_every_key_and_has_a_default_for_each_optional_one():
    for section in json.loads(SCHEMA_PATH.read_text())["properties"].values():
        for key, rule in section["properties"].items():
            assert rule["title"] and rule["description"].endswith(".")
            assert ("default" in rule) != (key in section["required"])
