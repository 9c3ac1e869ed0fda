"""Stay with what was launched until it ends, or until Ctrl-C."""

import os
from collections.abc import Callable

from runs.errors import FusionwebError

from .waiting import Terminal

INTERRUPTED = 130


def stay(
    terminal: Terminal,
    wait: Callable[[], int],
    cancel: Callable[[], None] | None,
    left: str,
) -> int:
    """What `wait` answers. Ctrl-C leaves it running, with the words `left`, or calls `cancel`."""
    try:
        return wait()
    except KeyboardInterrupt:
        if cancel is None:
            terminal.say(left)
            return INTERRUPTED
    except BrokenPipeError:
        # whoever read our output has gone; nothing may be written to it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), terminal.out.fileno())
        return INTERRUPTED
    return cancel_and_stay(terminal, wait, cancel)


def cancel_and_stay(terminal: Terminal, wait: Callable[[], int], cancel: Callable[[], None]) -> int:
    terminal.say("Cancelling. Ctrl-C again leaves it to itself.")
    try:
        cancel()
    except FusionwebError as error:
        terminal.say(error.message)
    try:
        return wait()
    except KeyboardInterrupt:
        return INTERRUPTED
