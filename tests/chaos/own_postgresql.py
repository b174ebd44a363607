"""A PostgreSQL of the test's own, which may be stopped in either way and started again."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.cable import free_port
from webhooks_platform.embedded.account import server_account
from webhooks_platform.embedded.postgresql import (
    PostgresPlan,
    _answers,
    _create_database,
    _give,
    _initdb,
    _programs,
    _server,
    _url,
)
from webhooks_platform.embedded.processes import Program, die_with_parent


@dataclass
class OwnPostgresql:
    plan: PostgresPlan
    programs: Path
    port: int = field(default_factory=lambda: free_port())
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return _url(self.plan, self.port, "webhooks")

    def create(self) -> None:
        password = self.plan.folder / "password"
        password.write_text(self.plan.password)
        _give([password], self.plan.account)
        assert started(_initdb(self.plan, self.programs, self.plan.cluster, password)).wait(120) == 0
        self.start()
        _create_database(_url(self.plan, self.port, "postgres"))

    def start(self) -> None:
        """Returns once it answers, after what recovery it takes."""
        self._process = started(_server(self.plan, self.programs, self.port))
        deadline = time.monotonic() + 60
        while not _answers(_url(self.plan, self.port, "postgres")):
            assert time.monotonic() < deadline, "PostgreSQL doesn't start"
            time.sleep(0.05)

    def stop(self, mode: str) -> None:
        """``fast`` ends all sessions and writes everything down; ``immediate`` is a crash."""
        if self._process is not None:
            command = [str(self.programs / "pg_ctl"), "stop", "-D", str(self.plan.cluster), "-m", mode, "-w", "-s"]
            account = self.plan.account
            subprocess.run(command, check=True, timeout=60, cwd="/", **(account.popen_options() if account else {}))
            self._process.wait(60)
            self._process = None


def started(program: Program) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        program.arguments,
        cwd=program.folder,
        env=program.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent(signal.SIGQUIT),
        **(program.account.popen_options() if program.account else {}),
    )


@contextmanager
def own_postgresql() -> Iterator[OwnPostgresql]:
    """With fsync, as in production. Not in pytest's own folder, which PostgreSQL's account may not enter."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-postgresql-"))
    folder.chmod(0o711)
    (folder / "postgresql").mkdir()
    account = server_account()
    _give([folder / "postgresql"], account)
    plan = PostgresPlan(folder=folder, password="chaos", account=account, durable=True, max_connections=200)
    server = OwnPostgresql(plan, _programs(plan))
    try:
        server.create()
        yield server
    finally:
        server.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
