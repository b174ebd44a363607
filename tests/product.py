"""The whole product as `make run` starts it, for tests that look at it from outside."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.receiver import Receiver

CHECKOUT = Path(__file__).parents[1]
# What would make the launcher use somebody else's servers or settings.
OWN_SETTINGS = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "PORT", "DEBUG")


@dataclass(frozen=True)
class Product:
    """A running product; ``data_folder`` holds its servers' data, ``receiver`` is its demo receiver."""

    url: str
    receiver: Receiver
    data_folder: Path
    launcher: int

    def lane_workers(self) -> list[int]:
        """Process ids of the lane workers."""
        return [pid for pid, command in _children() if "-Q lanes" in command and str(self.data_folder) in _env(pid)]

    def kill_a_lane_worker(self) -> None:
        os.kill(self.lane_workers()[0], signal.SIGKILL)


@contextmanager
def running_product(**settings: str) -> Iterator[Product]:
    """Starts the product in a data folder of its own and waits until it says that it is ready."""
    parent = Path(tempfile.mkdtemp(prefix="product-"))
    parent.chmod(0o711)  # PostgreSQL's own account must get through
    environment = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS}
    environment |= {"APP_DATA": str(parent / "data"), **settings}
    command = [sys.executable, "-m", "webhooks_platform.embedded", "run"]
    with subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            addresses = _addresses(process)
            receiver = Receiver(addresses["Demo receiver"])
            yield Product(addresses["Ready"], receiver, parent / "data", process.pid)
        finally:
            process.terminate()
    shutil.rmtree(parent, ignore_errors=True)


def _addresses(process: "subprocess.Popen[str]") -> dict[str, str]:
    """Reads up to the last line, ``Ready: …``; keeps draining the output after it."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    for line in process.stdout:
        name, separator, value = line.strip().partition(": ")
        if separator:
            found[name] = value
        if name == "Ready":
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found
    raise AssertionError(f"The product was not ready; its launcher ended with {process.wait()}.")


def _children() -> Iterator[tuple[int, str]]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield int(path.parent.name), path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue


def _env(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")
    except OSError:
        return ""
