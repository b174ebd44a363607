"""Programs that end by themselves are started again, unless that is of no use or nobody wants it any more."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from webhooks_platform.embedded import restarts
from webhooks_platform.embedded.errors import LaunchError, StopRequested
from webhooks_platform.embedded.processes import Guard, Program, Supervisor
from webhooks_platform.embedded.restarts import Restarts

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    supervisor = Supervisor(logs=tmp_path, guard=Guard(lock=lock))
    yield supervisor
    supervisor.stop()
    os.close(lock)
    for number, handler in handlers.items():
        signal.signal(number, handler)


def program(name: str, folder: Path, script: str) -> Program:
    return Program(name=name, arguments=(sys.executable, "-c", script), folder=folder)


def test_pauses_grow_until_it_is_of_no_use() -> None:
    ends = Restarts()
    assert [ends.pause(float(now)) for now in range(5)] == [0.5, 1.0, 2.0, 4.0, None]


def test_what_stayed_up_for_a_minute_starts_over() -> None:
    ends = Restarts()
    assert [ends.pause(now) for now in (0.0, 10.0, 70.0, 140.0)] == [0.5, 1.0, 0.5, 0.5]


def test_a_program_that_ends_is_started_again_and_given_up_at_last(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(restarts, "FIRST_PAUSE", 0.05)
    supervisor.start(program("Steady", tmp_path, "import time; time.sleep(60)"))
    supervisor.start(
        program("Faulty", tmp_path, "open('starts', 'a').write('x'); print('no disk', flush=True); exit(3)")
    )
    with pytest.raises(
        LaunchError, match=r"Faulty can't stay up: it ended by itself 5 times .* exit code 3[^$]*no disk"
    ):
        supervisor.watch()
    assert (tmp_path / "starts").read_text() == "xxxxx"
    said = capsys.readouterr().out
    assert "Faulty ended by itself (exit code 3) and is started again in 0.05 s. Its log: " in said
    assert said.count("Faulty: started again") == 4
    assert "Steady" not in said


def test_what_it_started_itself_goes_before_it_is_started_again(supervisor: Supervisor, tmp_path: Path) -> None:
    """Else a web server's orphan keeps the port."""
    script = (
        "import os, subprocess, sys, time\n"
        "if os.path.exists('orphan'): time.sleep(60)\n"
        "orphan = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open('orphan', 'w').write(str(orphan.pid))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    first = supervisor.start(program("Web", tmp_path, script))
    stop_once(lambda: any(child.process.pid != first.process.pid for child in supervisor._children))
    with pytest.raises(StopRequested):
        supervisor.watch()
    state = Path(f"/proc/{(tmp_path / 'orphan').read_text()}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_nothing_is_started_again_while_stopping(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restarts, "FIRST_PAUSE", 60.0)
    supervisor.start(program("Once", tmp_path, "open('starts', 'a').write('x')"))
    stop_once(lambda: bool(supervisor._due))
    with pytest.raises(StopRequested):
        supervisor.watch()
    assert (tmp_path / "starts").read_text() == "x"


def stop_once(happened: Callable[[], bool]) -> None:
    """Asks this process to stop, as a service manager does."""

    def wait_and_stop() -> None:
        deadline = time.monotonic() + 60
        while not happened() and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_and_stop, daemon=True).start()


def test_at_the_start_an_end_is_an_error_at_once(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(program("Faulty", tmp_path, "exit(3)"))
    with pytest.raises(LaunchError, match=r"Faulty ended by itself \(exit code 3\)"):
        supervisor.wait_for(lambda: False, "Anything", seconds=10.0)
