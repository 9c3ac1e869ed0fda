"""The command line: options in, exit code out.

Exit codes: 0 complete, 1 unexpected error, 2 unfit options or configuration, 130 and 143 stopped
by SIGINT and SIGTERM.
"""

import argparse
import logging
import re
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from runs.simulator.checkpoint import CheckpointDirectory, State, load_checkpoint
from runs.simulator.errors import ConfigurationError, Stopped
from runs.simulator.output import OutputDirectory
from runs.simulator.progress import ProgressFile
from runs.simulator.settings import Settings, load_settings
from runs.simulator.stop import StopRequest

RUN_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
MAXIMUM_SEED = 2**53 - 1

logger = logging.getLogger("fusion-sim")


@dataclass(frozen=True)
class Options:
    config_path: Path
    run_id: str
    progress_file: Path
    output_dir: Path
    checkpoint_dir: Path
    resume_from: Path | None
    seed: int | None


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong as everything else does, without the usage."""

    def error(self, message: str) -> NoReturn:
        raise ConfigurationError("command line", message)


def main(arguments: list[str] | None = None) -> int:
    stop = StopRequest()
    stop.listen()
    _configure_logging()
    try:
        options = read_options(arguments)
        settings = load_settings(options.config_path, options.seed)
        state = State()
        if options.resume_from:
            state = load_checkpoint(options.resume_from, settings.values)
        progress = ProgressFile(options.progress_file, append=options.resume_from is not None)
    except ConfigurationError as error:
        print(f"fusion-sim: error: {error}", file=sys.stderr)
        return 2
    try:
        return _simulate(options, settings, state, progress, stop)
    finally:
        progress.close()


def read_options(arguments: list[str] | None = None) -> Options:
    """Command templates pass every option, so an empty one counts as not given."""
    parser = OneLineParser(prog="fusion-sim", description=__doc__, allow_abbrev=False)
    parser.add_argument("--config_path", required=True, help="the configuration, an INI file")
    parser.add_argument("--run_id", default="", help="names the run in progress and checkpoints")
    parser.add_argument("--progress_file", default="", help="default: progress.jsonl")
    parser.add_argument("--output_dir", default="", help="default: output")
    parser.add_argument("--checkpoint_dir", default="", help="default: checkpoints")
    parser.add_argument("--resume_from", default="", help="a checkpoint, or a directory of them")
    parser.add_argument("--seed", default="", help="goes before the configuration's")
    given = parser.parse_args(arguments)
    if not given.config_path:
        raise ConfigurationError("--config_path", "is missing")
    if given.run_id and not RUN_ID.fullmatch(given.run_id):
        raise ConfigurationError("--run_id", f"{given.run_id[:60]!a} cannot name a directory")
    return Options(
        config_path=Path(given.config_path),
        run_id=given.run_id,
        progress_file=Path(given.progress_file or "progress.jsonl"),
        output_dir=Path(given.output_dir or "output"),
        checkpoint_dir=Path(given.checkpoint_dir or "checkpoints"),
        resume_from=Path(given.resume_from) if given.resume_from else None,
        seed=_seed(given.seed),
    )


def _seed(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch("[0-9]{1,16}", text) or int(text) > MAXIMUM_SEED:
        raise ConfigurationError(
            "--seed", f"expected a whole number from 0 to {MAXIMUM_SEED}, got {text[:60]!a}"
        )
    return int(text)


def _configure_logging() -> None:
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)-7s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # A reader of our log that goes away must not end the simulation with a traceback a line.
    logging.raiseExceptions = False


def _simulate(
    options: Options, settings: Settings, state: State, progress: ProgressFile, stop: StopRequest
) -> int:
    began = time.monotonic()
    try:
        _announce(options, settings, state, progress)
        _sweep(options, settings, state, progress, stop)
        summary = {
            "loads": len(state.completed),
            "iterations": sum(len(load.iterations) for load in state.completed),
            "requests": state.requests,
            "elapsed_seconds": round(time.monotonic() - began, 3),
        }
        progress.write("complete", exit_code=0, summary=summary)
    except Stopped as stopped:
        return stopped.exit_code
    except Exception as error:
        logger.exception("the simulation failed")
        progress.write("error", message=str(error), traceback=traceback.format_exc())
        return 1
    logger.info("complete: %s", ", ".join(f"{key} {value}" for key, value in summary.items()))
    return 0


def _announce(options: Options, settings: Settings, state: State, progress: ProgressFile) -> None:
    resumed: dict[str, object] = {}
    if options.resume_from:
        resumed = {
            "resumed_from": str(options.resume_from),
            "completed_erlangs": len(state.completed),
            "completed_iterations": len(state.current),
        }
        logger.info("resuming from %s", options.resume_from)
    general = settings.general
    names = ("erlang_start", "erlang_stop", "erlang_step", "num_requests", "seed")
    config = {
        "total_erlangs": len(settings.loads),
        "total_iterations": general["max_iters"],
        "network": settings.network,
        **{name: general[name] for name in names},
    }
    progress.write("start", run_id=options.run_id, config=config, **resumed)
    logger.info(
        "network %s, %d loads, at most %d iterations of %d requests each, seed %d",
        config["network"],
        len(settings.loads),
        general["max_iters"],
        general["num_requests"],
        settings.seed,
    )


def _sweep(
    options: Options, settings: Settings, state: State, progress: ProgressFile, stop: StopRequest
) -> None:
    # These import networkx, a quarter of a second: a wrong key and the first line of the log
    # should not wait for it.
    from runs.simulator.plan import make_plan
    from runs.simulator.sweep import Sweep

    plan = make_plan(settings, settings.load_topology())
    logger.info("%d routes found", len(plan.routes))
    Sweep(
        settings=settings,
        plan=plan,
        state=state,
        output=OutputDirectory(options.output_dir, settings.values),
        progress=progress,
        checkpoints=CheckpointDirectory(options.checkpoint_dir, options.run_id),
        stop=stop,
    ).run()
