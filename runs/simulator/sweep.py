"""All loads of a simulation, one after the other."""

import logging
import time
from dataclasses import dataclass
from random import Random

from runs.simulator.checkpoint import CheckpointDirectory, State
from runs.simulator.confidence import half_width, is_precise
from runs.simulator.engine import Iteration
from runs.simulator.errors import Stopped
from runs.simulator.output import OutputDirectory
from runs.simulator.plan import Plan
from runs.simulator.progress import ProgressFile
from runs.simulator.results import IterationResult, LoadResult
from runs.simulator.settings import Settings
from runs.simulator.stop import StopRequest
from runs.simulator.summary import sum_up_load

# Some 10 ms of work: how long a signal waits.
CHUNK_REQUESTS = 2000
SIGN_OF_LIFE_SECONDS = 10.0

logger = logging.getLogger("fusion-sim")


@dataclass
class Sweep:
    """`state` says where to begin, and is kept up to date."""

    settings: Settings
    plan: Plan
    state: State
    output: OutputDirectory
    progress: ProgressFile
    checkpoints: CheckpointDirectory
    stop: StopRequest

    def run(self) -> None:
        """Raises Stopped, after a checkpoint, when a signal asked for the end."""
        self._write_resumed()
        try:
            for index in range(len(self.state.completed), len(self.settings.loads)):
                self._run_load(index)
        except Stopped as stopped:
            suffix = self._save()
            logger.warning("%s: checkpoint %s saved", stopped, suffix)
            raise

    def _write_resumed(self) -> None:
        self.output.write_config()
        for result in self.state.completed:
            self.output.write_load(result)
        self.output.write_table(self.state.completed)

    def _run_load(self, index: int) -> None:
        erlang, total = self.settings.loads[index], len(self.settings.loads)
        done = self.state.current
        self.progress.write(
            "erlang_start",
            erlang=erlang,
            erlang_index=index,
            total_erlangs=total,
            completed_iterations=len(done),
        )
        logger.info("load %d of %d: %g Erlang", index + 1, total, erlang)
        while len(done) < self.settings.general["max_iters"] and not self._is_precise():
            done.append(self._run_iteration(index, len(done) + 1))
        self._finish_load(erlang)

    def _is_precise(self) -> bool:
        values = [iteration.blocking_prob for iteration in self.state.current]
        general = self.settings.general
        enough = len(values) >= general["min_iters"]
        return enough and is_precise(values, general["ci_relative_half_width"])

    def _run_iteration(self, index: int, number: int) -> IterationResult:
        erlang, general = self.settings.loads[index], self.settings.general
        began = time.monotonic()
        # Seeded by its place alone, so that a resumed run draws the same numbers.
        random = Random(f"{self.settings.seed}/{index}/{number}")
        iteration = Iteration(self.plan, erlang, general["holding_time"], random)
        self._serve(iteration, general["warmup_requests"], f"warm-up of iteration {number}")
        iteration.start_measuring()
        self._serve(iteration, general["num_requests"], f"iteration {number}")
        result = iteration.result()
        self.progress.write(
            "iteration",
            erlang=erlang,
            iteration=number,
            total_iterations=general["max_iters"],
            metrics=result.metrics(),
        )
        logger.info(
            "%g Erlang, iteration %d of at most %d: blocking %.5f, bit rate %.5f (%.2f s)",
            erlang,
            number,
            general["max_iters"],
            result.blocking_prob,
            result.bit_rate_blocking,
            time.monotonic() - began,
        )
        return result

    def _serve(self, iteration: Iteration, requests: int, name: str) -> None:
        said = time.monotonic()
        for served in range(0, requests, CHUNK_REQUESTS):
            self.stop.check()
            iteration.serve(min(CHUNK_REQUESTS, requests - served))
            if time.monotonic() - said > SIGN_OF_LIFE_SECONDS:
                said = time.monotonic()
                logger.info("%s: %d of %d requests", name, served + CHUNK_REQUESTS, requests)

    def _finish_load(self, erlang: float) -> None:
        early = len(self.state.current) < self.settings.general["max_iters"]
        result = sum_up_load(self.plan, erlang, self.state.current, early)
        self._log_load(result)
        self.state.completed.append(result)
        self.state.current = []
        self.output.write_load(result)
        self.output.write_table(self.state.completed)
        # Announced once its files are there, for whoever opens them at the news.
        self.progress.write("erlang_complete", erlang=erlang, metrics=result.metrics())
        self._save()

    def _save(self) -> str:
        return self.checkpoints.save(self.state, self.settings.values)

    def _log_load(self, result: LoadResult) -> None:
        logger.info(
            "%g Erlang done, %d iterations%s: blocking %.5f, mean hops %.2f, links %.1f %% used",
            result.erlang,
            len(result.iterations),
            ", precise enough" if result.ended_early else "",
            result.blocking_probability,
            result.mean_hops,
            100 * result.link_utilization,
        )
        wanted = self.settings.general["ci_relative_half_width"]
        half = half_width([iteration.blocking_prob for iteration in self.state.current])
        if half and wanted and half > wanted * result.blocking_probability:
            logger.warning(
                "%g Erlang: blocking is only known to ±%.2f %% of itself, wanted ±%.2f %%",
                result.erlang,
                100 * half / result.blocking_probability,
                100 * wanted,
            )
