"""The whole product as `make run` starts it, for tests that look at it from outside."""

import json
import os
import shutil
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

    @property
    def database_url(self) -> str:
        """The product's own PostgreSQL, for looking into its ledger."""
        password = self._secrets["DATABASE_PASSWORD"]
        port = (self.data_folder / "postgresql" / "cluster" / "postmaster.pid").read_text().splitlines()[3]
        return f"postgresql://app:{password}@127.0.0.1:{port}/webhooks"

    @property
    def redis_url(self) -> str:
        """The product's own Valkey."""
        lines = (self.data_folder / "valkey" / "valkey.conf").read_text().splitlines()
        configured = dict(line.split(maxsplit=1) for line in lines)
        return f"redis://:{configured['requirepass']}@127.0.0.1:{configured['port']}/0"

    @property
    def settings(self) -> dict[str, str]:
        """For a program that works on this product's data, as its own programs do."""
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self._secrets["SECRET_KEY"],
            "ENCRYPTION_KEYS": self._secrets["ENCRYPTION_KEYS"],
            "MEDIA_ROOT": str(self.data_folder / "media"),
            "PUBLIC_URL": self.url,
            "DEMO_RECEIVER_URL": self.receiver.url,
            "OUTBOUND_ALLOWED_ADDRESSES": self.receiver.address,
            "DJANGO_SETTINGS_MODULE": "webhooks_platform.settings",
        }

    @property
    def _secrets(self) -> dict[str, str]:
        secrets: dict[str, str] = json.loads((self.data_folder / "secrets.json").read_text())
        return secrets


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
            yield Product(addresses["Ready"], receiver, parent / "data")
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
