"""What the person at the terminal reads."""

import sys
import time

_STARTED = time.monotonic()


def say(message: str) -> None:
    """One step, with the seconds since the start, so that a slow one can be named."""
    print_line(f"[{time.monotonic() - _STARTED:5.1f} s] {message}")


def print_line(message: str) -> None:
    sys.stdout.write(f"{message}\n")
    sys.stdout.flush()


def complain(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
