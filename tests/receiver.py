"""The demo receiver as the tests' destination: a real server in a process of its own."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Receiver:
    """``received()`` is the receiver's own count (see webhooks_platform/embedded/receiver/ledger.py)."""

    url: str

    @property
    def address(self) -> str:
        """``ip:port``, as OUTBOUND_ALLOWED_ADDRESSES wants it."""
        return self.url.removeprefix("http://")

    def received(self, *, with_ids: bool = False) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self._ask("GET", "?ids=1" if with_ids else ""))
        return report

    def times(self, path: str = "") -> list[float]:
        """When the latest 100,000 requests came, of one path or all: seconds, by the receiver's own clock."""
        pairs = json.loads(self._ask("GET", "?times=1"))["times"]
        return [at for at, where in pairs if not path or where == path]

    def reset(self) -> None:
        self._ask("DELETE")

    def _ask(self, method: str, query: str = "") -> bytes:
        request = urllib.request.Request(f"{self.url}/_received{query}", method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return bytes(answer.read())


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """Listens on a free port; ends with this process, however that ends."""
    command = [sys.executable, "-m", "webhooks_platform.embedded.receiver", "--port", "0", "--until-stdin-ends"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Receiver(url=process.stdout.readline().strip())
        process.terminate()
