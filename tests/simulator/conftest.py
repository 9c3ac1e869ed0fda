import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = [sys.executable, str(Path(__file__).parents[2] / "runs" / "simulator")]

SMALL = {
    "general_settings": {
        "erlang_start": "20",
        "erlang_stop": "60",
        "erlang_step": "20",
        "num_requests": "400",
        "max_iters": "4",
        "ci_relative_half_width": "0.2",
        "request_distribution": '{"100": 0.5, "400": 0.5}',
    },
    "topology_settings": {"network": "toy"},
    "routing_settings": {"k_paths": "2"},
    "spectrum_settings": {"c_band": "40"},
}


@pytest.fixture
def configuration(tmp_path):
    """Writes the small configuration with changes {"section.key": text, or None to leave out}."""

    def write(changes=None, name="config.ini"):
        sections = {section: dict(keys) for section, keys in SMALL.items()}
        for path, text in (changes or {}).items():
            section, key = path.split(".")
            sections.setdefault(section, {})[key] = text
        lines = []
        for section, keys in sections.items():
            lines.append(f"[{section}]")
            lines += [f"{key} = {text}" for key, text in keys.items() if text is not None]
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


@pytest.fixture
def start(tmp_path):
    """Starts the program in a directory of its own; what still runs at the end is killed."""
    processes = []

    def launch(config, directory="run", **options):
        cwd = tmp_path / directory
        cwd.mkdir(exist_ok=True)
        arguments = [f"--{name}={value}" for name, value in options.items()]
        process = subprocess.Popen(
            [*PROGRAM, "--config_path", str(config), *arguments],
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        process.directory = cwd
        processes.append(process)
        return process

    yield launch
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def simulate(start):
    """Runs the program to its end; returns the process with `returncode`, `log`, `directory`."""

    def run(config, directory="run", **options):
        process = start(config, directory, **options)
        process.log = process.communicate(timeout=60)[1]
        return process

    return run


def files_of(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir()}
