"""Ends what a killed launcher leaves behind. Started by path, so it imports nothing of the product.

Standard input carries ``+TARGET SIGNAL`` for each program started, ``-TARGET`` for each that ended (a negative target
is a process group, as for kill(2)) and ``done`` after an orderly stop. Its end without ``done`` means that the launcher
died: every target gets its signal, then SIGKILL after a grace. An optional argument names a folder to remove then.
"""

import os
import shutil
import signal
import sys
import time

GRACE_SECONDS = 4.0


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    targets: dict[int, int] = {}
    for line in sys.stdin:
        if line == "done\n":
            return
        target, _, signal_number = line[1:].partition(" ")
        if line.startswith("+"):
            targets[int(target)] = int(signal_number)
        else:
            targets.pop(int(target), None)
    end(targets)
    if len(sys.argv) > 1:
        shutil.rmtree(sys.argv[1], ignore_errors=True)


def end(targets: dict[int, int]) -> None:
    for target, number in reversed(targets.items()):
        send(target, number)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(send(target, 0) for target in targets) and time.monotonic() < deadline:
        time.sleep(0.05)
    for target in targets:
        send(target, signal.SIGKILL)


def send(target: int, number: int) -> bool:
    """Whether the target exists."""
    try:
        os.kill(target, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main()
