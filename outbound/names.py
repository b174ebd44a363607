"""Looks up host names, each at most once at a time, so that a name server that hangs holds up only its own names.

libcurl would ask for each request apart, in 20 threads for everybody: one destination whose lookups hang keeps all
others from theirs (measured: 9 s). What is found here is handed to libcurl, and still judged when it is dialled.
"""

import asyncio
import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from outbound.errors import ConnectTimeout, NameNotFound, NetworkFailed
from outbound.outcomes import Phases

_FRESH = 30.0  # seconds that an answer is used; shorter than the 60 libcurl keeps what it is handed
_FRESH_FAILURE = 2.0  # seconds
_LOOKUPS_AT_ONCE = 256
_KEPT_NAMES = 4096
_NUMERIC = re.compile(r"[0-9a-f.]*:[0-9a-f:.]*|(?:.*\.)?(?:0x[0-9a-f]*|[0-9]+)\.?", re.IGNORECASE)

Key = tuple[str, int]


@dataclass(slots=True)
class Found:
    """What a lookup gave: addresses as numbers, or the problem. `handed_over` once libcurl has it."""

    addresses: tuple[str, ...]
    problem: str
    until: float
    handed_over: bool = False


class Names:
    """The names of one transport, for use on its loop."""

    def __init__(self, resolve: Callable[[str, int], Found] | None = None) -> None:
        self._resolve = resolve or ask_system
        self._found: dict[Key, Found] = {}
        self._looking: dict[Key, asyncio.Future[Found]] = {}
        self._turn = asyncio.Semaphore(_LOOKUPS_AT_ONCE)

    def settled(self, host: str, port: int) -> bool:
        """Whether libcurl needs nothing from here: `host` is a number, or libcurl has a fresh answer."""
        found = self._found.get((host, port))
        if found is not None:
            return found.handed_over and found.until > time.monotonic()
        return _NUMERIC.fullmatch(host) is not None

    async def find(self, host: str, port: int, within: float) -> str:
        """The line for libcurl's RESOLVE option. Raises NameNotFound, or ConnectTimeout after `within` seconds."""
        found = await self._answer(host, port, within)
        found.handed_over = True
        lines = (f"[{address}]" if ":" in address else address for address in found.addresses)
        return f"+{host}:{port}:{','.join(lines)}"

    async def addresses(self, host: str, port: int, within: float) -> tuple[str, ...]:
        """Numbers in their canonical form, of a name or of any spelling of a number. Raises as `find` does."""
        return (await self._answer(host, port, within)).addresses

    async def _answer(self, host: str, port: int, within: float) -> Found:
        began = time.monotonic()
        found = await self._fresh((host, port), within)
        seconds = time.monotonic() - began
        phases = Phases(dns=seconds, total=seconds)
        if found is None:
            raise ConnectTimeout(f"Looking up {host} took longer than {within:g} s", phases=phases)
        if not found.addresses:
            raise NameNotFound(f"Could not resolve host: {host} ({found.problem})", phases=phases)
        return found

    async def _fresh(self, key: Key, within: float) -> Found | None:
        found = self._found.get(key)
        if found is not None and found.until > time.monotonic():
            return found
        looking = self._looking.get(key)
        if looking is None:
            looking = self._looking[key] = asyncio.ensure_future(self._look_up(key))
            looking.add_done_callback(lambda _: self._looking.pop(key, None))
        await asyncio.wait((looking,), timeout=within)  # leaves the lookup to those who go on waiting
        if looking.cancelled():
            raise NetworkFailed("The transport was closed.")
        return looking.result() if looking.done() else None

    async def _look_up(self, key: Key) -> Found:
        async with self._turn:
            answer: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
            # A thread of its own that may outlive the process's wish to end: getaddrinfo can't be stopped.
            threading.Thread(target=self._ask, args=(key, answer), name="outbound-name", daemon=True).start()
            return self._keep(key, await answer)

    def _ask(self, key: Key, answer: "asyncio.Future[Found]") -> None:
        found = self._resolve(*key)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            answer.get_loop().call_soon_threadsafe(_deliver, answer, found)

    def _keep(self, key: Key, found: Found) -> Found:
        if len(self._found) >= _KEPT_NAMES:
            now = time.monotonic()
            self._found = {other: kept for other, kept in self._found.items() if kept.until > now}
        self._found[key] = found
        return found

    def close(self) -> None:
        """Ends all waiting for lookups."""
        for looking in self._looking.values():
            looking.cancel()


def _deliver(answer: "asyncio.Future[Found]", found: Found) -> None:
    if not answer.done():
        answer.set_result(found)


def ask_system(host: str, port: int) -> Found:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return Found((), getattr(error, "strerror", None) or str(error), time.monotonic() + _FRESH_FAILURE)
    numbers = tuple(dict.fromkeys(str(address[0]) for *_, address in answers if "%" not in str(address[0])))
    return Found(numbers, "" if numbers else "no address", time.monotonic() + _FRESH)
