"""Programs that live and die with this launcher."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from webhooks_platform.embedded.account import Account
from webhooks_platform.embedded.console import say
from webhooks_platform.embedded.errors import LaunchError, StopRequested
from webhooks_platform.embedded.guard import send
from webhooks_platform.embedded.restarts import MOST_ENDS, WITHIN, Restarts
from webhooks_platform.embedded.stopping import Hurry, wait_for_ends

_PR_SET_PDEATHSIG = 1
_LOG_LIMIT_BYTES = 10_000_000
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    name: str
    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    stop_signal: signal.Signals = signal.SIGTERM
    # Higher stages stop first; programs of one stage stop together.
    stage: int = 0
    stop_seconds: float = 15.0
    # What it finishes before it ends, in words, where that may take long. It is safe to kill.
    waits_for: str = ""
    account: Account | None = None


@dataclass(frozen=True)
class Child:
    program: Program
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def ending(self) -> str:
        code = self.process.returncode
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def log_tail(self, lines: int = 20) -> str:
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 20_000))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """To be run in the child before exec: the kernel sends ``number`` when the launcher dies, however it dies."""

    def arrange() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(number))

    return arrange


class Guard:
    """Our side of ``guard.py``. It shares the data folder's lock, so nobody restarts before it has cleaned up."""

    def __init__(self, *, lock: int, remove: Path | None = None) -> None:
        command = [sys.executable, "-I", str(Path(__file__).with_name("guard.py")), *([str(remove)] if remove else [])]
        self._process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, pass_fds=[lock], start_new_session=True, cwd="/", text=True, bufsize=1
        )

    def watch(self, target: int, number: int) -> None:
        self._tell(f"+{target} {int(number)}")

    def forget(self, target: int) -> None:
        self._tell(f"-{target}")

    def dismiss(self) -> None:
        self._tell("done")
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{line}\n")
        except BrokenPipeError as error:
            raise LaunchError("The guard process of the launcher was killed; stopping.") from error


class Supervisor:
    """Starts programs, and again those that end by themselves; stops all in order. Its signals are SIGINT, SIGTERM and
    SIGHUP; a second SIGINT ends at once what would still wait."""

    def __init__(self, *, logs: Path, guard: Guard, follow_parent: bool = False) -> None:
        self._logs = logs
        self._guard = guard
        self._children: list[Child] = []
        self._restarts: defaultdict[str, Restarts] = defaultdict(Restarts)
        # Programs that ended, and when they are started again.
        self._due: list[tuple[float, Program]] = []
        self._stop_requested = False
        self._hurry = Hurry()
        self._parent = os.getppid() if follow_parent else None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)

    def start(self, program: Program) -> Child:
        child = self._spawn(program)
        self._children.append(child)
        return child

    def run_to_end(self, program: Program, *, seconds: float = 600.0) -> str:
        """Runs a program that ends by itself and returns what it printed. Raises LaunchError if it fails."""
        child = self._spawn(program)
        offset = child.log.stat().st_size
        try:
            self.wait_for(lambda: child.process.poll() is not None, program.name, seconds=seconds)
        finally:
            self._finish([child])
        if child.process.returncode:
            raise LaunchError(f"{program.name} failed ({child.process.returncode}):\n{child.log_tail()}")
        with child.log.open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace")

    def wait_for(self, answered: Callable[[], bool], name: str, *, seconds: float = 60.0) -> None:
        """Waits until ``answered`` is true. Raises StopRequested, or LaunchError for a dead child or no answer."""
        deadline = time.monotonic() + seconds
        while not answered():
            self.check()
            if time.monotonic() > deadline:
                raise LaunchError(f"{name} did not answer within {seconds:.0f} seconds. Logs: {self._logs}")
            time.sleep(0.03)

    def watch(self) -> None:
        """Returns never: starts again what ended by itself. Raises StopRequested when asked to stop, LaunchError for a
        program that can't stay up."""
        while True:
            self._check_stop()
            for child in self._ended():
                self._note_end(child)
            self._start_due()
            time.sleep(0.2)

    def check(self) -> None:
        """For the start, when nothing may end: a program that doesn't work won't do so the second time."""
        self._check_stop()
        for child in self._ended():
            raise LaunchError(
                f"{child.program.name} ended by itself ({child.ending}). "
                f"The last lines of {child.log}:\n{child.log_tail()}"
            )

    def stop(self) -> None:
        """Stops stage by stage: those who use a server before the server."""
        for stage in sorted({child.program.stage for child in self._children}, reverse=True):
            self._finish([child for child in self._children if child.program.stage == stage])
        self._children.clear()
        self._guard.dismiss()

    def _check_stop(self) -> None:
        if self._stop_requested or (self._parent is not None and os.getppid() != self._parent):
            raise StopRequested

    def _ended(self) -> list[Child]:
        return [child for child in self._children if child.process.poll() is not None]

    def _note_end(self, child: Child) -> None:
        self._children.remove(child)
        self._finish([child])
        name, now = child.program.name, time.monotonic()
        pause = self._restarts[name].pause(now)
        if pause is None:
            raise LaunchError(
                f"{name} can't stay up: it ended by itself {MOST_ENDS} times within {WITHIN:.0f} seconds, at last with "
                f"{child.ending}. The last lines of {child.log}:\n{child.log_tail()}"
            )
        say(f"{name} ended by itself ({child.ending}) and is started again in {pause:g} s. Its log: {child.log}")
        self._due.append((now + pause, child.program))

    def _start_due(self) -> None:
        now = time.monotonic()
        due = [program for at, program in self._due if at <= now]
        self._due = [(at, program) for at, program in self._due if at > now]
        for program in due:
            self.start(program)
            say(f"{program.name}: started again")

    def _spawn(self, program: Program) -> Child:
        log = self._logs / f"{program.name.replace(' ', '-').lower()}.log"
        if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603
                program.arguments,
                cwd=program.folder,
                env=program.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent(program.stop_signal),
                **(program.account.popen_options() if program.account else {}),
            )
        self._guard.watch(-process.pid, program.stop_signal)
        return Child(program=program, process=process, log=log)

    def _finish(self, children: list[Child]) -> None:
        for child in children:
            if child.process.poll() is None:
                child.process.send_signal(child.program.stop_signal)
        wait_for_ends(children, hurry=lambda: self._hurry.wanted)
        for child in children:
            # Whatever the program itself started is in its group, and goes with it.
            send(-child.process.pid, signal.SIGKILL)
            child.process.wait()
            self._guard.forget(-child.process.pid)

    def _request_stop(self, number: int, *_: object) -> None:
        self._stop_requested = True
        self._hurry.note(interrupt=number == signal.SIGINT, now=time.monotonic())
