"""Looks up host names, each at most once at a time, so that a name server that hangs holds up only its own names.

libcurl would ask for each request apart, in 20 threads for everybody: one destination whose lookups hang keeps all
others from theirs (measured: 9 s). What is found here is handed to libcurl, and still judged when it is dialled.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from typing import Protocol

from outbound.errors import ConnectTimeout, NameNotFound, NetworkFailed
from outbound.name_servers import Answered, Found, NameServers
from outbound.outcomes import Phases

_KEPT_NAMES = 4096

Key = tuple[str, int]


class Resolver(Protocol):
    """Whoever answers; `NameServers` says how."""

    def ask(self, host: str, port: int, answered: Answered) -> None: ...

    def close(self) -> None: ...


class Names:
    """The names of one transport, for use on its loop."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver or NameServers()
        self._found: OrderedDict[Key, Found] = OrderedDict()
        self._looking: dict[Key, asyncio.Future[Found]] = {}

    def fresh(self, host: str, port: int) -> bool:
        """Whether libcurl has an answer that still holds, and needs none from here."""
        found = self._found.get((host, port))
        return found is not None and found.handed_over and found.until > time.monotonic()

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
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Found] = loop.create_future()

        def answered(found: Found) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_deliver, answer, found)

        self._resolver.ask(*key, answered)
        return self._keep(key, await answer)

    def _keep(self, key: Key, found: Found) -> Found:
        """The oldest answer makes room: a URL may have a name for each person."""
        self._found[key] = found
        self._found.move_to_end(key)
        if len(self._found) > _KEPT_NAMES:
            self._found.popitem(last=False)
        return found

    def close(self) -> None:
        """Ends all waiting for lookups."""
        for looking in self._looking.values():
            looking.cancel()
        self._resolver.close()


def _deliver(answer: "asyncio.Future[Found]", found: Found) -> None:
    if not answer.done():
        answer.set_result(found)
