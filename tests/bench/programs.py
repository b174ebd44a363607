"""Programs of a measurement: they end with it, however it ends, and tell how much of the processor they used."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from webhooks_platform.embedded.processes import Program, die_with_parent

_TICKS = os.sysconf("SC_CLK_TCK")
_STOP_SECONDS = 20.0


class Unmeasurable(Exception):
    """A figure can't be measured honestly. The message says why, and what to do where something can be done."""


@dataclass(frozen=True)
class Started:
    program: Program
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raises Unmeasurable when the program ended by itself."""
        if self.process.poll() is not None:
            raise Unmeasurable(f"{self.program.name} ended by itself:\n{self.log_text()[-3000:]}")

    def log_text(self) -> str:
        return self.log.read_text(errors="replace")

    def processor_seconds(self) -> float:
        """User and system time so far, of all threads and of every process below."""
        return sum(_processor_seconds(pid) for pid in _family(self.process.pid))

    def peak_megabytes(self) -> float:
        """The most memory that the process itself ever held."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


@contextmanager
def running(programs: Sequence[Program], logs: Path) -> Iterator[list[Started]]:
    """Starts the programs, and ends them in the end."""
    started: list[Started] = []
    try:
        # One by one, so that a failure ends those before it.
        started.extend(_start(program, logs) for program in programs)
        yield started
    finally:
        for child in started:
            _signal(child, child.program.stop_signal)
        for child in started:
            _end(child)


def wait_until(
    answered: Callable[[], bool], programs: Sequence[Started], what: str, *, seconds: float, every: float = 0.02
) -> None:
    """Raises Unmeasurable when a program dies or ``seconds`` go by."""
    deadline = time.monotonic() + seconds
    while not answered():
        for program in programs:
            program.check()
        if time.monotonic() > deadline:
            raise Unmeasurable(f"{what}: not within {seconds:.0f} seconds.")
        time.sleep(every)


def _start(program: Program, logs: Path) -> Started:
    log = logs / f"{program.name.replace(' ', '-').lower()}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            program.arguments,
            cwd=program.folder,
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    return Started(program, process, log)


def server_processor_seconds(pid: int | None) -> float:
    """Processor time of a server and of its processes, those that have ended included; 0 for one on another machine."""
    if pid is None:
        return 0.0
    fields = _stat(pid)
    ended = (int(fields[13]) + int(fields[14])) / _TICKS if fields else 0.0
    return ended + sum(_processor_seconds(each) for each in _family(pid))


def parent_of(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _signal(child: Started, number: int) -> None:
    if child.process.poll() is None:
        child.process.send_signal(number)


def _end(child: Started) -> None:
    try:
        child.process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


def _processor_seconds(pid: int) -> float:
    fields = _stat(pid)
    # utime and stime (proc_pid_stat(5)); the parent's name before them may hold spaces.
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _family(pid: int) -> list[int]:
    found = [pid]
    parents = {child: int(fields[1]) for child in _pids() if (fields := _stat(child))}
    for parent in found:
        found += [child for child, of in parents.items() if of == parent]
    return found


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
