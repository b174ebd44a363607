"""What takes its time to end is waited for, said, and ended at once by a second Ctrl-C."""

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from webhooks_platform.embedded import stopping
from webhooks_platform.embedded.processes import Guard, Program, Supervisor
from webhooks_platform.embedded.stopping import Hurry

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Ends so many seconds after it was asked to, and leaves a note.
SLOW = (
    "import pathlib, signal, sys, time\n"
    "def end(*_):\n"
    "    time.sleep({seconds})\n"
    "    pathlib.Path('recorded').touch()\n"
    "    sys.exit()\n"
    "signal.signal(signal.SIGTERM, end)\n"
    "pathlib.Path('ready').touch()\n"
    "while True: time.sleep(1)\n"
)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    yield Supervisor(logs=tmp_path, guard=Guard(lock=lock))
    os.close(lock)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "SAY_AFTER", 0.3)
    monkeypatch.setattr(stopping, "SECOND_AFTER", 0.05)


def lanes(folder: Path, seconds: float) -> Program:
    script = SLOW.format(seconds=seconds)
    program = Program(name="Worker lanes-1", arguments=(sys.executable, "-c", script), folder=folder)
    return replace(program, stop_seconds=60.0, waits_for="answers to requests that are on their way")


def stopped(supervisor: Supervisor, folder: Path, program: Program) -> float:
    """Seconds that the stop took, once the program was up."""
    supervisor.start(program)
    supervisor.wait_for(lambda: (folder / "ready").exists(), program.name)
    began = time.monotonic()
    supervisor.stop()
    return time.monotonic() - began


def test_an_answer_that_takes_longer_than_the_others_have_is_waited_for(
    supervisor: Supervisor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stopped(supervisor, tmp_path, lanes(tmp_path, 1.0)) >= 1.0
    assert (tmp_path / "recorded").exists()
    said = capsys.readouterr().out
    waits = r"Waiting for answers to requests that are on their way, at most \d+ s more \(Worker lanes-1\)"
    assert len(re.findall(waits, said)) == 1
    assert "Ctrl-C again ends at once" in said


def test_a_second_ctrl_c_ends_at_once(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(lanes(tmp_path, 40.0))
    supervisor.wait_for(lambda: (tmp_path / "ready").exists(), "Worker lanes-1")

    def press_twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        while not supervisor._stop_requested:
            time.sleep(0.01)
        time.sleep(0.6)
        os.kill(os.getpid(), signal.SIGINT)

    presses = threading.Thread(target=press_twice)
    presses.start()
    began = time.monotonic()
    while not supervisor._stop_requested:
        time.sleep(0.01)
    supervisor.stop()
    presses.join()
    assert time.monotonic() - began < 20
    assert not (tmp_path / "recorded").exists()


def test_others_have_their_time_in_a_hurry_too(supervisor: Supervisor, tmp_path: Path) -> None:
    """A database that is killed has to recover at the next start."""
    supervisor._hurry.wanted = True
    stopped(supervisor, tmp_path, replace(lanes(tmp_path, 0.5), waits_for=""))
    assert (tmp_path / "recorded").exists()


def test_what_does_not_end_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    assert stopped(supervisor, tmp_path, replace(lanes(tmp_path, 60.0), stop_seconds=0.5)) < 20


@pytest.mark.parametrize(
    ("requests", "hurried"),
    [
        ([(True, 0.0)], False),
        ([(True, 0.0), (True, 1.0)], True),
        ([(False, 0.0), (True, 1.0)], True),
        ([(False, 0.0), (False, 1.0)], False),
        ([(True, 0.0), (True, 0.01)], False),
    ],
)
def test_only_an_interrupt_after_the_first_request_hurries(requests: list[tuple[bool, float]], hurried: bool) -> None:
    hurry = Hurry()
    for interrupt, now in requests:
        hurry.note(interrupt=interrupt, now=now)
    assert hurry.wanted is hurried
