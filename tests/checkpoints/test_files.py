"""What is read of a checkpoint's directory, and what never is."""

import os

import pytest

from runs.checkpoints.files import (
    TEXT_BYTES,
    configuration,
    configurations,
    directory_of,
    document_of,
    exists,
    job_spec,
)
from runs.errors import InvalidInput, NotFound
from tests.disk import write_checkpoint


@pytest.fixture
def checkpoint(checkpoint_row, checkpoint_root):
    write_checkpoint(checkpoint_root.directory, "best")
    return checkpoint_row(suffix="best", config_name="config.yaml")


def test_config_yaml_counts_before_config_json(checkpoint):
    assert [file.name for file in configurations(checkpoint)] == ["config.yaml", "config.json"]
    assert configuration(checkpoint).format == "yaml"
    (checkpoint.directory / "config.yaml").unlink()
    assert configuration(checkpoint).format == "json"


def test_it_reads_the_configuration_that_discovery_found(checkpoint):
    checkpoint.config_name = "config.ini"
    (checkpoint.directory / "config.ini").write_text("[a]\nb = 1\n")
    assert "config.ini" in [file.name for file in configurations(checkpoint)]


def test_a_configuration_in_the_table_leads_nowhere_else(checkpoint, tmp_path):
    (tmp_path / "secret").write_text("x")
    for name in ("../../../../../secret", str(tmp_path / "secret"), ".hidden"):
        checkpoint.config_name = name
        names = [file.name for file in configurations(checkpoint)]
        assert names == ["config.yaml", "config.json"]


def test_it_cuts_what_is_too_long_and_does_not_parse_it(checkpoint):
    (checkpoint.directory / "config.yaml").write_text("a: 1\n" * TEXT_BYTES)
    file = configuration(checkpoint)
    assert file.cut and len(file.text) == TEXT_BYTES
    with pytest.raises(InvalidInput, match="longer than 200 kB"):
        document_of(file)


def test_it_says_why_a_configuration_does_not_parse(checkpoint):
    (checkpoint.directory / "config.yaml").write_bytes(b"a: [\xff")
    with pytest.raises(InvalidInput, match="config.yaml does not parse"):
        document_of(configuration(checkpoint))


def test_a_pipe_in_place_of_a_file_is_not_waited_for(checkpoint):
    (checkpoint.directory / "job.json").unlink()
    os.mkfifo(checkpoint.directory / "job.json")
    assert job_spec(checkpoint) is None


def test_a_directory_that_is_gone_or_a_file_is_said(checkpoint, tmp_path):
    checkpoint.directory.rename(tmp_path / "away")
    assert not exists(checkpoint)
    checkpoint.directory.write_text("")
    with pytest.raises(NotFound):
        directory_of(checkpoint)


def test_a_directory_outside_of_its_root_is_not_entered(checkpoint, tmp_path):
    away = checkpoint.directory.rename(tmp_path / "away")
    checkpoint.directory.symlink_to(away)
    assert not exists(checkpoint)
    assert configurations(checkpoint) == []
