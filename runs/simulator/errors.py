"""How a simulation can end other than complete.

SimulatorError
├── ConfigurationError   the person can mend it: exit code 2, one line naming the key
└── Stopped              a signal asked for the end: exit code 128 + its number
"""


class SimulatorError(Exception):
    pass


class ConfigurationError(SimulatorError):
    """`key` is `section.key`, an option such as `--seed`, or the name of a file."""

    def __init__(self, key: str, message: str) -> None:
        # configparser's messages span lines, and values come from outside: one line it stays.
        super().__init__(" ".join(f"{key}: {message}".split()))
        self.key = key


class Stopped(SimulatorError):
    def __init__(self, signal_number: int) -> None:
        super().__init__(f"stopped by signal {signal_number}")
        self.exit_code = 128 + signal_number
