"""Each check asks when it should, refuses what does not fit, and puts the answer in."""

import json

import pytest

from runs.creation.checks.question import Upload
from runs.errors import ConfigurationInvalid, InputInvalid
from runs.models import Run

from .conftest import NETWORK, SCHEMA, answer, asked, payloads, reread

pytestmark = pytest.mark.django_db


def text_of(session):
    return Run.objects.get(pk=session.target).config_path.read_text()


def option_values(session):
    return [option["value"] for option in session.pending_input["fields"][0]["options"]]


# deprecated_value


def test_it_replaces_an_old_value_that_the_schema_knows(begin_run):
    session = begin_run("[a]\nsteps = 1\nmode = quick ; no comment\n".replace(" ; no comment", ""))
    assert asked(session) == ("deprecated_value", ["confirm"])
    assert "a.mode: quick is written fast now" in session.pending_input["reason"]
    session = answer(session, confirm=True)
    assert session.state == "done"
    assert text_of(session) == "[a]\nsteps = 1\nmode = fast\n"


def test_an_old_value_the_program_refuses_cannot_be_kept(begin_run):
    session = begin_run("[a]\nsteps = 1\nmode = quick\n")
    with pytest.raises(InputInvalid, match="no longer knows") as raised:
        answer(session, confirm=False)
    assert raised.value.field == "confirm"
    assert reread(session).state == "input_required"


def test_an_old_value_the_program_still_takes_is_kept_and_remarked(begin_run, asking_program):
    part = {"type": "string", "x-deprecated": {"quick": "fast"}}
    program = asking_program(
        "[a]\nmode = quick\n",
        {"type": "object", "properties": {"a": {"properties": {"mode": part}}}},
    )
    session = answer(begin_run(program=program), confirm=False)
    assert session.state == "done"
    assert "mode = quick" in text_of(session)
    assert [each["code"] for each in session.result["findings"]] == ["deprecated_value"]


def test_it_renames_an_old_key_wherever_it_comes_from(begin_run):
    session = begin_run("[a]\nsteps = 1\n", overrides={"a": {"speed": 0.5}})
    session = answer(session, confirm=True)
    assert text_of(session) == "[a]\nsteps = 1\nrate = 0.5\n"
    assert Run.objects.get().overrides == {"a": {"rate": "0.5"}}


def test_the_new_key_wins_over_the_old_one(begin_run):
    session = answer(begin_run("[a]\nsteps = 1\nspeed = 1\nrate = 2\n"), confirm="yes")
    assert text_of(session) == "[a]\nsteps = 1\nrate = 2\n"


# unknown_keys


def test_it_offers_to_rename_a_slip_of_the_pen(begin_run):
    session = begin_run("[a]\nsteps = 1\nrat = 2\n")
    assert asked(session) == ("unknown_keys", ["decision"])
    assert "a.rat (did you mean rate?)" in session.pending_input["reason"]
    assert option_values(session) == ["rename", "drop"]
    assert text_of(answer(session, decision="rename")) == "[a]\nsteps = 1\nrate = 2\n"


def test_it_drops_what_nobody_knows(begin_run):
    session = begin_run("[a]\nsteps = 1\nzzz = 2\n; a comment\n[b]\nx = 1\n")
    assert text_of(answer(session, decision="drop")) == "[a]\nsteps = 1\n; a comment\n"


def test_it_keeps_only_what_the_schema_allows(begin_run):
    session = begin_run("[a]\nsteps = 1\n[notes]\ncolour = red\n")
    assert option_values(session) == ["drop", "keep"]
    session = answer(session, decision="keep")
    assert "colour = red" in text_of(session)
    assert session.result["findings"] == [
        {
            "phase": "running_checks",
            "code": "unknown_keys",
            "message": "notes.colour is not known to The asker, and was kept.",
        }
    ]


def test_keep_is_no_answer_where_the_schema_forbids_it(begin_run):
    session = begin_run("[a]\nsteps = 1\nrat = 2\n")
    with pytest.raises(InputInvalid) as raised:
        answer(session, decision="keep")
    assert raised.value.field == "decision"


def test_two_slips_do_not_become_one_key(begin_run):
    session = answer(begin_run("[a]\nsteps = 1\nrat = 2\nrte = 3\n"), decision="rename")
    assert text_of(session).count("rate") == 1


def test_it_asks_nothing_where_the_schema_takes_whatever_comes(begin_run, asking_program):
    schema = {"type": "object", "properties": {"a": {"additionalProperties": {}}}}
    assert begin_run(program=asking_program("[a]\nx = 1\n", schema)).state == "done"


@pytest.mark.parametrize(
    ("format", "text"),
    [("yaml", "a:\n  steps: 1\n  rat: 2\n"), ("json", '{"a": {"steps": 1, "rat": 2}}')],
)
def test_it_renames_in_every_format(begin_run, asking_program, format, text):
    program = asking_program(text, config_format=format)
    session = answer(begin_run(program=program), decision="rename")
    assert "rate" in text_of(session) and "rat:" not in text_of(session)


# missing_required


def test_it_asks_for_a_required_value_of_its_type(begin_run):
    session = begin_run("[a]\nrate = 1\n")
    assert asked(session) == ("missing_required", ["a.steps"])
    field = session.pending_input["fields"][0]
    assert (field["type"], field["required"], field["hint"]) == ("integer", True, "1 to 1000")
    assert text_of(answer(session, **{"a.steps": "30"})) == "[a]\nrate = 1\nsteps = 30\n"


@pytest.mark.parametrize("text", ["[a]\nsteps =\n", "", "[notes]\nwho = me\n"])
def test_empty_is_missing_too(begin_run, text):
    session = begin_run(text)
    assert asked(session) == ("missing_required", ["a.steps"])
    assert "steps = 30" in text_of(answer(session, **{"a.steps": 30}))


@pytest.mark.parametrize("value", ["many", 0, 1001, "", None, 2.5, True])
def test_it_refuses_a_value_that_does_not_fit(begin_run, value):
    session = begin_run("[a]\nrate = 1\n")
    with pytest.raises(InputInvalid) as raised:
        answer(session, **{"a.steps": value})
    assert raised.value.field == "a.steps"
    assert reread(session).answers == {}


def test_it_asks_for_choices_and_lists_as_well(begin_run, asking_program):
    part = {
        "properties": {
            "mode": {"type": "string", "enum": ["fast", "slow"]},
            "loads": {"type": "array", "items": {"type": "number"}},
        },
        "required": ["mode", "loads"],
    }
    program = asking_program(
        "{}", {"type": "object", "properties": {"a": part}, "required": ["a"]},
        config_format="json",
    )  # fmt: skip
    session = begin_run(program=program)
    assert [each["type"] for each in session.pending_input["fields"]] == ["choice", "text"]
    with pytest.raises(InputInvalid, match="JSON"):
        answer(session, **{"a.mode": "slow", "a.loads": "1, 2"})
    session = answer(session, **{"a.mode": "slow", "a.loads": "[1, 2]"})
    assert json.loads(text_of(session)) == {"a": {"mode": "slow", "loads": [1, 2]}}


def test_what_no_answer_mends_is_refused_beside_what_one_would(begin_run):
    with pytest.raises(ConfigurationInvalid, match="mode"):
        begin_run("[a]\nmode = sideways\n")


# topology_file


def upload(text, name="net.json"):
    return Upload(name, text.encode())


def test_it_asks_for_a_network_that_is_not_there(begin_run, network_text):
    session = begin_run("[a]\nsteps = 1\nnetwork = nets/mine.json\n")
    assert asked(session) == ("topology_file", ["topology"])
    field = session.pending_input["fields"][0]
    assert (field["type"], field["accept"], field["max_bytes"]) == ("upload", [".json"], 2**21)
    session = answer(session, topology=upload(network_text, "../my net.json"))
    directory = Run.objects.get().directory
    place = directory / "inputs" / "network-my_net.json"
    assert place.read_text() == network_text
    assert f"network = {place}" in text_of(session)


BAD_NETWORKS = {
    "no JSON": "{",
    "a list": "[]",
    "no nodes": '{"name": "x", "links": []}',
    "one node": json.dumps({**NETWORK, "nodes": NETWORK["nodes"][:1], "links": []}),
    "a link to nowhere": json.dumps(
        {**NETWORK, "links": [{"source": "A", "destination": "Z", "length_km": 1}]}
    ),
    "in pieces": json.dumps({**NETWORK, "links": []}),
    "negative": json.dumps(
        {**NETWORK, "links": [{"source": "A", "destination": "B", "length_km": -1}]}
    ),
    "strange nodes": json.dumps({**NETWORK, "nodes": ["A", "B"]}),
}


@pytest.mark.parametrize("text", BAD_NETWORKS.values(), ids=BAD_NETWORKS.keys())
def test_it_refuses_what_is_no_network(begin_run, text):
    session = begin_run("[a]\nsteps = 1\nnetwork = mine.json\n")
    with pytest.raises(InputInvalid, match="no network") as raised:
        answer(session, topology=upload(text))
    assert raised.value.field == "topology"


@pytest.mark.parametrize(
    "given", [Upload("net.txt", b"{}"), Upload("net.json", b"x" * (2**21 + 1)), "net.json", None]
)
def test_it_refuses_what_is_no_such_file(begin_run, given):
    session = begin_run("[a]\nsteps = 1\nnetwork = mine.json\n")
    with pytest.raises(InputInvalid) as raised:
        answer(session, topology=given)
    assert raised.value.field == "topology"


def test_it_asks_for_one_file_after_the_other(begin_run, network_text):
    session = begin_run("[a]\nsteps = 1\nnetwork = mine.json\ntable = t.csv\n")
    session = answer(session, topology=upload(network_text))
    assert session.pending_input["fields"][0]["label"] == "File"
    session = answer(session, topology=upload("1,2\n", ".hidden/t.csv"))
    assert session.state == "done"
    names = {path.name for path in (Run.objects.get().directory / "inputs").iterdir()}
    assert names == {"network-net.json", "table-t.csv"}


def test_it_asks_nothing_of_a_file_that_is_there(begin_run, tmp_path, network_text):
    place = tmp_path / "here.json"
    place.write_text(network_text)
    assert begin_run(f"[a]\nsteps = 1\nnetwork = {place}\n").state == "done"


def test_it_asks_again_for_an_upload_that_was_lost(begin_run, network_text):
    session = begin_run("[a]\nsteps = 1\nnetwork = mine.json\ntable = t.csv\n")
    session = answer(session, topology=upload(network_text))
    [kept] = session.answers["topology_file"].values()
    from runs.creation.staging import uploads

    (uploads(session) / kept["file"]).unlink()
    session = answer(session, topology=upload(network_text))
    assert "network" in session.pending_input["reason"] or session.state == "input_required"


def test_the_simulator_reads_an_uploaded_network(program, begin_run, network_text, supervisor):
    general = {
        "erlang_start": 5, "erlang_stop": 5, "max_iters": 2, "min_iters": 2, "num_requests": 50
    }  # fmt: skip
    session = begin_run(
        program=program,
        template="quick_seconds",
        overrides={
            "general_settings": general,
            "topology_settings": {"topology_file": "my.json"},
        },
    )
    session = answer(session, topology=upload(network_text))
    run = supervisor.until_status(Run.objects.get(), "completed", "failed")
    assert run.status == "completed", (run.directory / "output.log").read_text()
    assert "network topology_file-net.json, 1 loads" in (run.directory / "output.log").read_text()


# seed_policy


def test_it_asks_for_a_seed_where_the_command_takes_one(begin_run, asking_program):
    session = begin_run(program=asking_program(command="{config} {seed}"))
    assert asked(session) == ("seed_policy", ["seed", "generate"])
    answer(session, seed=5)
    assert Run.objects.get().seed == 5


def test_a_seed_that_was_drawn_stays_the_same_ever_after(begin_run, asking_program):
    program = asking_program("[a]\nsteps = 1\nnetwork = mine.json\n", command="{config} {seed}")
    session = begin_run(program=program, overrides={"a": {"network": ""}})
    session = answer(session, generate=True)
    drawn = session.answers["seed_policy"]["seed"]
    assert Run.objects.get().seed == drawn


def test_it_asks_nothing_where_the_configuration_has_a_seed(begin_run, program):
    assert begin_run(program=program, template="quick_seconds").state == "done"


def test_it_asks_where_only_the_schema_has_a_seed(begin_run, asking_program):
    schema = {"type": "object", "properties": {"a": {"properties": {"seed": {"type": "integer"}}}}}
    session = answer(begin_run(program=asking_program("[a]\n", schema)), seed=9)
    assert "seed = 9" in text_of(session)


@pytest.mark.parametrize("given", [{}, {"seed": -1}, {"seed": 2**53 + 1}, {"generate": False}])
def test_it_wants_a_seed_or_leave_to_draw_one(begin_run, asking_program, given):
    session = begin_run(program=asking_program(command="{config} {seed}"))
    with pytest.raises(InputInvalid) as raised:
        answer(session, **given)
    assert raised.value.field == "seed"


# what they share


def test_the_order_is_what_lets_one_answer_settle_the_next(begin_run, asking_program):
    """The renamed key is the one that was missing: nobody asks for it then."""
    session = begin_run("[a]\nstepz = 4\n")
    assert asked(session)[0] == "unknown_keys"
    session = answer(session, decision="rename")
    assert session.state == "done"
    assert text_of(session) == "[a]\nsteps = 4\n"


def test_answers_accumulate_and_are_put_in_again_each_time(begin_run, asking_program):
    program = asking_program("[a]\nmode = quick\nrat = 1\n", command="{config} {seed}")
    session = begin_run(program=program)
    session = answer(session, confirm=True)
    session = answer(session, decision="drop")
    session = answer(session, **{"a.steps": 3})
    session = answer(session, seed=1)
    assert session.state == "done"
    assert session.answers == {
        "deprecated_value": {"confirm": True},
        "unknown_keys": {"decision": "drop"},
        "missing_required": {"a.steps": 3},
        "seed_policy": {"seed": 1},
    }
    assert text_of(session) == "[a]\nmode = fast\nsteps = 3\n"


def test_a_field_that_was_not_asked_is_refused(begin_run):
    session = begin_run("[a]\nrate = 1\n")
    with pytest.raises(InputInvalid, match="colour was not asked"):
        answer(session, **{"a.steps": 1}, colour="red")


def test_what_is_asked_has_the_agreed_shape(begin_run):
    pending = begin_run("[a]\nrate = 1\n").pending_input
    assert set(pending) == {"request_id", "check", "reason", "fields", "expires_at"}
    assert set(pending["fields"][0]) == {
        "id", "label", "type", "required", "default", "options", "hint", "accept", "max_bytes"
    }  # fmt: skip


def test_a_warning_is_told_once_however_often_the_checks_run(begin_run):
    session = begin_run("[a]\nrate = 1\n[notes]\ncolour = red\n")
    session = answer(session, decision="keep")
    session = answer(session, **{"a.steps": 1})
    assert len(payloads(session, "warning")) == 1
    assert len(session.result["findings"]) == 1


def test_the_schema_of_these_tests_is_one(asking_program):
    asking_program(schema=SCHEMA).full_clean()
