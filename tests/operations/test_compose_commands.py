"""Every command of docker-compose.yml, run on this machine from what the image would hold, until it is healthy."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests.docs.pages import blocks
from tests.operations.image import DOCKERFILE, PROGRAMS, ROOT, Native, make_image_folder
from webhooks_platform.embedded.ports import port_or_next
from webhooks_platform.embedded.valkey import _binary

DATABASE = f"compose_{os.getpid()}"
OPERATOR = ROOT / "docs" / "guide" / "operator.md"
START_SECONDS = 300


@pytest.fixture
def native() -> Iterator[Native]:
    folder = Path(tempfile.mkdtemp(prefix="compose-"))
    for name in ("data/media", "data/beat", "app", "valkey"):
        (folder / name).mkdir(parents=True)
    make_image_folder(folder / "app")
    yield Native(folder, port_or_next(18_000), _binary().parent)
    shutil.rmtree(folder)


@pytest.fixture
def database_url() -> Iterator[str]:
    """An empty database beside the tests' own."""
    own = urlsplit(os.environ["DATABASE_URL"])
    administration = urlunsplit(own._replace(path="/postgres"))
    with psycopg.connect(administration, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        yield urlunsplit(own._replace(path=f"/{DATABASE}"))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(DATABASE)))


def make_secrets(native: Native) -> None:
    """As the guide says."""
    (block,) = [text for text in blocks(OPERATOR, "sh") if "mkdir -m 700 secrets" in text]
    subprocess.run(["/bin/sh", "-c", block], cwd=native.folder, check=True)
    assert native.secrets.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in native.secrets.iterdir()} == {0o644}


def wait_for(healthy: Callable[[], bool], what: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not healthy():
        assert process.poll() is None, f"{what} ended by itself ({process.returncode})"
        assert time.monotonic() < deadline, f"{what} is not healthy after {START_SECONDS} s"
        time.sleep(0.2)


def start(stack: ExitStack, native: Native, service: str, more: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
    folder = native.folder / "valkey" if service == "valkey" else native.app
    process = subprocess.Popen([*native.arguments(service), *more], cwd=folder, env=native.settings(service))
    stack.callback(process.wait, 120)
    stack.callback(process.terminate)
    return process


def start_valkey(stack: ExitStack, native: Native) -> int:
    """On a port that is free here, where a container has its own."""
    port = port_or_next(26_400)
    where = ("--port", str(port), "--bind", "127.0.0.1", "--dir", str(native.folder / "valkey"))
    process = start(stack, native, "valkey", where)
    wait_for(lambda: is_valkey_healthy(native, port), "valkey", process)
    return port


def is_valkey_healthy(native: Native, port: int) -> bool:
    """valkey-cli isn't among the embedded server's binaries: its question is asked by hand."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return b"NOAUTH" in connection.recv(200)
    except OSError:
        return False


def test_every_service_gets_healthy(native: Native, database_url: str) -> None:
    make_secrets(native)
    (native.secrets / "database_url").write_text(database_url)
    with ExitStack() as stack:
        port = start_valkey(stack, native)
        url = native.secrets / "redis_url"
        url.write_text(url.read_text().replace("valkey:6379", f"127.0.0.1:{port}"))
        subprocess.run(native.arguments("migrate"), cwd=native.app, env=native.settings("migrate"), check=True)
        staying = sorted(PROGRAMS.keys() - {"migrate"})
        started = {service: start(stack, native, service) for service in staying}
        for service, process in started.items():
            wait_for(partial(native.is_healthy, service), service, process)
    assert {service: process.returncode for service, process in started.items()} == dict.fromkeys(staying, 0)


def test_the_image_collects_its_static_files(native: Native) -> None:
    (command,) = re.findall(r"(DEBUG=1 .* collectstatic .*)$", DOCKERFILE, re.MULTILINE)
    path = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    subprocess.run(["/bin/sh", "-c", native.place(command)], cwd=native.app, env=path, check=True)
    assert any((native.app / "staticfiles" / "dist").glob("*.css"))
