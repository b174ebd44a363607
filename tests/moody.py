"""A destination with moods: it answers as it is told at the moment, or misbehaves as its path says."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

ENDLESS = b"x" * 16_384


@dataclass
class Moody:
    """``status`` and ``headers`` of the next answers; ``times``: when requests came, by path. Any thread may set them.

    ``/hang`` never answers, ``/drip`` sends a byte a second, ``/endless`` a body without end, ``/drop`` hangs up.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    port: int = 0
    times: dict[str, list[float]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def requests(self) -> int:
        return sum(len(times) for times in self.times.values())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._answer(reader, writer):
                pass
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lengths = [line.partition(":")[2] for line in head.lower().split("\r\n") if line.startswith("content-length")]
        await reader.readexactly(int(lengths[0]) if lengths else 0)
        path = head.split(" ")[1].split("?")[0]
        self.times.setdefault(path, []).append(time.time())
        if path in _BAD:
            await _BAD[path](writer)
            return False
        await asyncio.sleep(self.delay)
        lines = [f"HTTP/1.1 {self.status} Moody", *(f"{name}: {value}" for name, value in self.headers)]
        writer.write("\r\n".join([*lines, "Content-Length: 2", "", "{}"]).encode())
        await writer.drain()
        return True


async def _hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(600)


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(1)


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        writer.write(ENDLESS)
        await writer.drain()
        await asyncio.sleep(0.1)


async def _drop(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


_BAD = {"/hang": _hang, "/drip": _drip, "/endless": _endless, "/drop": _drop}


@contextmanager
def running_moody() -> Iterator[Moody]:
    """Listens on a free port of this machine, on a loop and thread of its own."""
    moody, loop = Moody(), asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(moody.serve, "127.0.0.1", 0))
    moody.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield moody
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
