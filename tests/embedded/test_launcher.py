"""The launcher as a whole, started as a person starts it. Slow (about 15 s each), so few."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "webhooks_platform.embedded"]
OWN_SETTINGS = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "PORT", "DEBUG")
# Seconds; nothing takes so long unless it hangs.
LONG = 120


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """Outside of pytest's own temporary folder, which PostgreSQL's account may not enter; with a space in its path."""
    parent = Path(tempfile.mkdtemp(prefix="launcher-test-"))
    parent.chmod(0o711)
    yield parent / "my data"
    shutil.rmtree(parent, ignore_errors=True)


def environment(data_folder: Path, **settings: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
    return {**inherited, "APP_DATA": str(data_folder), "LANG": "xx_YY.ISO-8859-1", "LANE_WORKERS": "1", **settings}


@contextmanager
def launched(data_folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A launcher and the address of its last line."""
    process = subprocess.Popen(
        [*COMMAND, "run"], cwd=CHECKOUT, env=environment(data_folder), stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            yield process, address_when_ready(process)
        finally:
            process.terminate()


def address_when_ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Ready: "):
            return line.removeprefix("Ready: ").strip()
    raise AssertionError(f"not ready, exit code {process.wait()}")


def processes_of(data_folder: Path) -> list[str]:
    """The command lines of everything that runs with this data folder in its arguments or environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        if int(path.parent.name) != os.getpid() and str(data_folder).encode() in readable(path):
            with suppress(OSError):  # it may end meanwhile
                found.append(path.with_name("cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def readable(path: Path) -> bytes:
    with suppress(OSError):
        return path.read_bytes() + path.with_name("cmdline").read_bytes()
    return b""


def wait_until_none_is_left(data_folder: Path) -> None:
    deadline = time.monotonic() + LONG
    while (left := processes_of(data_folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


def test_it_serves_refuses_a_second_one_and_stops_in_order(data_folder):
    with launched(data_folder) as (process, url):
        with urllib.request.urlopen(f"{url}/healthz", timeout=LONG) as page:
            assert page.status == 200
        second = subprocess.run(
            [*COMMAND, "run"], cwd=CHECKOUT, env=environment(data_folder), capture_output=True, text=True, timeout=LONG
        )
        assert second.returncode == 1
        assert f"Already running at {url} (process {process.pid})" in second.stderr
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=LONG) == 0
    assert processes_of(data_folder) == []


def test_a_killed_launcher_leaves_nothing_and_its_data_survive(data_folder):
    with launched(data_folder) as (process, _):
        assert processes_of(data_folder)
        process.kill()
        process.wait()
        wait_until_none_is_left(data_folder)
    cluster = data_folder / "postgresql" / "cluster" / "PG_VERSION"
    made_at, secrets = cluster.stat().st_mtime, json.loads((data_folder / "secrets.json").read_text())
    with launched(data_folder):
        assert cluster.stat().st_mtime == made_at
        assert json.loads((data_folder / "secrets.json").read_text()) == secrets
    assert (data_folder / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_what_is_killed_is_started_again(data_folder):
    """One after the other, servers too; afterwards everything answers, and it still stops in order."""
    with launched(data_folder) as (process, url):
        assert process.stdout is not None
        for name, part in KILLED.items():
            os.kill(process_of(data_folder, part), signal.SIGKILL)
            said = [line_with(process, f"{name} ended by itself (signal SIGKILL)"), line_with(process, f"{name}: ")]
            assert "is started again in" in said[0]
            assert said[1].endswith("started again\n")
            wait_for_page(url)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=LONG) == 0
    assert processes_of(data_folder) == []


KILLED = {
    "Worker lanes-1": "lanes-1@webhooks",
    "PostgreSQL": "bin/postgres",
    "Valkey": "valkey-server",
    "Web": "granian",
}


def process_of(data_folder: Path, part: str) -> int:
    """The first one started whose command line holds the part."""
    numbers = (int(path.parent.name) for path in Path("/proc").glob("[0-9]*/cmdline"))
    found = [number for number in numbers if part.encode() in readable(Path(f"/proc/{number}/cmdline"))]
    return min(number for number in found if belongs_to(number, data_folder))


def belongs_to(number: int, data_folder: Path) -> bool:
    """By its environment, its arguments or its working folder."""
    with suppress(OSError):
        folder = str(Path(f"/proc/{number}/cwd").resolve())
        return str(data_folder) in folder or str(data_folder).encode() in readable(Path(f"/proc/{number}/environ"))
    return False


def line_with(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    return next(line for line in process.stdout if words in line)


def wait_for_page(url: str) -> None:
    deadline = time.monotonic() + LONG
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=10) as page:
                assert page.status == 200
                return
        except OSError:
            assert time.monotonic() < deadline, "no page after a restart"
            time.sleep(0.2)


@pytest.mark.parametrize(
    ("port", "message"), [("80x", "PORT must be a number from 1 to 65535, not '80x'."), ("taken", "is in use")]
)
def test_a_port_that_cannot_be_had_is_an_error(data_folder, receiver, port, message):
    wanted = receiver.address.rpartition(":")[2] if port == "taken" else port
    result = subprocess.run(
        [*COMMAND, "run"],
        cwd=CHECKOUT,
        env=environment(data_folder, PORT=wanted),
        capture_output=True,
        text=True,
        timeout=LONG,
    )
    assert result.returncode == 1
    assert message in result.stderr


def test_exec_gives_a_command_its_own_servers_and_its_exit_code_back():
    script = (
        "import os, sys, psycopg, redis\n"
        "assert psycopg.connect(os.environ['DATABASE_URL']).execute('SELECT 1').fetchone() == (1,)\n"
        "assert redis.Redis.from_url(os.environ['REDIS_URL']).ping()\n"
        "sys.exit(7)\n"
    )
    inherited = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
    result = subprocess.run(
        [*COMMAND, "exec", "--", sys.executable, "-c", script],
        cwd=CHECKOUT,
        env=inherited,
        capture_output=True,
        text=True,
        timeout=LONG,
    )
    assert result.returncode == 7, result.stderr
