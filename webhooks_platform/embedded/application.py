"""The product's own programs: what is started, with which settings, and how each proves that it works."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from webhooks_platform.embedded.errors import LaunchError
from webhooks_platform.embedded.ports import HOST, port_exactly, port_or_next
from webhooks_platform.embedded.processes import Program

_WEB_PORT = 8000
_RECEIVER_PORT = 9000
_RECEIVER_STAGE, _WORKER_STAGE, _WEB_STAGE = 2, 3, 4
_CONTROL_THREADS, _BULK_THREADS, _LANE_THREADS = 4, 2, 8
# Longer than a lane worker waits for answers and records them (delivery.tasks.SHUTDOWN_WAITS).
LANES_STOP_WITHIN = 140.0
# What one process may hold open: its pool (settings.DATABASE_POOL_SIZE) and some air.
_CONNECTIONS_PER_PROCESS = 20


@dataclass(frozen=True)
class Application:
    checkout: Path
    folder: Path
    port: int
    receiver_port: int
    lane_workers: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def receiver_url(self) -> str:
        return f"http://{HOST}:{self.receiver_port}"

    @property
    def max_connections(self) -> int:
        return _CONNECTIONS_PER_PROCESS * (self.lane_workers + 4)

    @property
    def control_node(self) -> str:
        return _node("control")

    @property
    def nodes(self) -> tuple[str, ...]:
        lanes = (_node(f"lanes-{number}") for number in range(1, self.lane_workers + 1))
        return (*lanes, self.control_node, _node("bulk"))

    def settings(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The product's settings that follow from where it runs. The receiver is the one private address allowed."""
        allowed = filter(None, (environment.get("OUTBOUND_ALLOWED_ADDRESSES"), f"{HOST}:{self.receiver_port}"))
        return {
            "COOKIE_SUFFIX": environment.get("COOKIE_SUFFIX") or f"_{self.port}",
            "PUBLIC_URL": environment.get("PUBLIC_URL") or self.url,
            "DEMO_RECEIVER_URL": self.receiver_url,
            "OUTBOUND_ALLOWED_ADDRESSES": ",".join(allowed),
            "MEDIA_ROOT": environment.get("MEDIA_ROOT") or str(self.folder / "media"),
            "BEAT_SCHEDULE_FILE": environment.get("BEAT_SCHEDULE_FILE") or str(self.folder / "beat-schedule"),
            "PYTHONUNBUFFERED": "1",
        }

    def receiver(self) -> Program:
        arguments = ("-m", "webhooks_platform.embedded.receiver", "--port", str(self.receiver_port))
        return self._python("Demo receiver", arguments, _RECEIVER_STAGE)

    def programs(self) -> list[Program]:
        lanes = [self._worker(f"lanes-{number}", "lanes", _LANE_THREADS) for number in range(1, self.lane_workers + 1)]
        control = self._worker("control", "control", _CONTROL_THREADS)
        return [self._web(), *lanes, control, self._worker("bulk", "bulk", _BULK_THREADS), self._beat()]

    def management(self, *arguments: str) -> Program:
        """Its output is shown to people: only what the command itself says, no log lines below warnings."""
        program = self._python(f"manage.py {arguments[0]}", ("manage.py", *arguments), 0)
        return replace(program, environment={**program.environment, "LOG_LEVEL": "WARNING"})

    def _web(self) -> Program:
        arguments = (
            *("-m", "granian", "--interface", "asginl", "--loop", "uvloop", "--host", HOST, "--port", str(self.port)),
            # Without it a SIGTERM during the start hangs (docs/decisions/0002).
            *("--workers-kill-timeout", "3"),
            "webhooks_platform.asgi:application",
        )
        return self._python("Web", arguments, _WEB_STAGE)

    def _worker(self, name: str, queue: str, threads: int) -> Program:
        arguments = (
            *("-m", "celery", "-q", "-A", "webhooks_platform", "worker", "-P", "threads", "-c", str(threads)),
            *("-Q", queue, "-n", _node(name), "-l", "WARNING", "--without-gossip", "--without-mingle"),
        )
        program = self._python(f"Worker {name}", arguments, _WORKER_STAGE)
        if queue != "lanes":
            return program
        return replace(program, stop_seconds=LANES_STOP_WITHIN, waits_for="answers to requests that are on their way")

    def _beat(self) -> Program:
        # No pid file: the data folder's lock already holds off a second one.
        arguments = ("-m", "celery", "-q", "-A", "webhooks_platform", "beat", "-l", "WARNING", "--pidfile=")
        return self._python("Beat", arguments, _WEB_STAGE)

    def _python(self, name: str, arguments: tuple[str, ...], stage: int) -> Program:
        return Program(name=name, arguments=(sys.executable, *arguments), folder=self.checkout, stage=stage)


def plan_application(*, checkout: Path, folder: Path, environment: Mapping[str, str]) -> Application:
    return Application(
        checkout=checkout,
        folder=folder,
        port=_web_port(environment.get("PORT", "")),
        receiver_port=port_or_next(_RECEIVER_PORT),
        lane_workers=_lane_workers(environment.get("LANE_WORKERS", "")),
    )


def _web_port(wanted: str) -> int:
    if not wanted:
        return port_or_next(_WEB_PORT)
    if not wanted.isascii() or not wanted.isdigit() or not 1 <= int(wanted) <= 65_535:
        raise LaunchError(f"PORT must be a number from 1 to 65535, not {wanted!r}.")
    return port_exactly(int(wanted))


def _lane_workers(wanted: str) -> int:
    if not wanted:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not wanted.isascii() or not wanted.isdigit() or not 1 <= int(wanted) <= 256:
        raise LaunchError(f"LANE_WORKERS must be a number from 1 to 256, not {wanted!r}.")
    return int(wanted)


def _node(name: str) -> str:
    return f"{name}@webhooks"
