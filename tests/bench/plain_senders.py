"""Figures `bare` and `wrk`: the engine's bytes sent by something that renders, checks and records nothing."""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from delivery.outgoing import Outgoing
from tests.bench.destination import Destination
from tests.bench.environments import PEERS, peer_programs
from tests.bench.figures import PROCESSOR, REQUEST_RATE, Sample
from tests.bench.programs import Unmeasurable

WRK_SECONDS = 4
_SECONDS = 300


@dataclass(frozen=True)
class Bare:
    """``processes`` of aiohttp on uvloop, which together send ``requests``, ``at_once`` of them in flight."""

    destination: Destination
    requests: int
    processes: int
    at_once: int

    def measure(self, name: str, request: Outgoing, folder: Path) -> Iterator[Sample]:
        command = self._command(request, folder)
        received = self.destination.count()
        seconds, reports = _run_together([command] * self.processes)
        sent = self.requests // self.processes * self.processes
        if self.destination.count() - received != sent or any(set(each["answers"]) != {"200"} for each in reports):
            raise Unmeasurable(f"No rate: {sent} requests were to be sent and answered, but {reports}")
        yield Sample(name, sent / seconds, REQUEST_RATE)
        yield Sample(f"{name}_cpu", sum(each["processor_seconds"] for each in reports) / sent * 1000, PROCESSOR)

    def _command(self, request: Outgoing, folder: Path) -> list[str]:
        file = folder / "request.json"
        file.write_text(json.dumps(_as_json(request)))
        counts = [str(self.requests // self.processes), str(self.at_once // self.processes)]
        return [
            str(peer_programs("bare") / "python"),
            str(PEERS / "bare.py"),
            str(file),
            *counts,
            self.destination.ca_file,
        ]


def _run_together(commands: list[list[str]]) -> tuple[float, list[dict[str, Any]]]:
    """Seconds from the word to the last one's end, and what each reports."""
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for command in commands
    ]
    try:
        for process in processes:
            if _line(process.stdout) != "ready":
                raise Unmeasurable("The bare sender did not start.")
        began = time.monotonic()
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        reports = [json.loads(_line(process.stdout)) for process in processes]
        return time.monotonic() - began, reports
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _line(output: IO[str] | None) -> str:
    assert output
    return output.readline().strip()


@dataclass(frozen=True)
class Wrk:
    """wrk, the limit of the machine: for a few seconds, not a number of requests."""

    destination: Destination
    threads: int
    at_once: int
    seconds: int = WRK_SECONDS

    def measure(self, name: str, request: Outgoing, folder: Path) -> Iterator[Sample]:
        script = folder / "request.lua"
        script.write_text(_lua(request))
        command = [
            "wrk",
            f"-t{self.threads}",
            f"-c{self.at_once}",
            f"-d{self.seconds}s",
            "-s",
            str(script),
            request.url,
        ]
        received, used = self.destination.count(), _children_seconds()
        ended = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)
        received, used = self.destination.count() - received, _children_seconds() - used
        rate, answers = _found(r"Requests/sec: +([\d.]+)", ended.stdout), _found(r"(\d+) requests in", ended.stdout)
        if "Non-2xx" in ended.stdout or "Socket errors" in ended.stdout or answers > received:
            raise Unmeasurable(f"No rate: the destination received {received} requests, and wrk says\n{ended.stdout}")
        yield Sample(name, rate, REQUEST_RATE)
        yield Sample(f"{name}_cpu", used / answers * 1000, PROCESSOR)

    @staticmethod
    def installed() -> bool:
        return shutil.which("wrk") is not None


def _found(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    return float(found[1]) if found else 0.0


def _children_seconds() -> float:
    """Processor time of all children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _as_json(request: Outgoing) -> dict[str, object]:
    headers = {name.decode(): value.decode() for name, value in request.headers}
    return {
        "method": request.rendered.method,
        "url": request.url,
        "headers": headers,
        "body": request.rendered.body.decode(),
    }


def _lua(request: Outgoing) -> str:
    lines = [f'wrk.method = "{request.rendered.method}"', f"wrk.body = {_lua_text(request.rendered.body)}"]
    lines += [f"wrk.headers[{_lua_text(name)}] = {_lua_text(value)}" for name, value in request.headers]
    return "\n".join(lines) + "\n"


def _lua_text(text: bytes) -> str:
    """Every byte by its number: nothing to escape."""
    return '"' + "".join(f"\\{byte:03d}" for byte in text) + '"'
