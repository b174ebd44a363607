"""What stands between the workers and their servers, and may be cut: a TCP relay, and a broker of one's own."""

import asyncio
import contextlib
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from webhooks_platform.embedded.processes import die_with_parent
from webhooks_platform.embedded.valkey import _binary

CHUNK = 65_536
ENDED_WITHIN = 10.0  # seconds


class Cable:
    """Relays to a server. ``cut`` ends all connections at once, in the midst of whatever they carry; while ``down``
    new ones are refused, as by a server that is not there."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._streams: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = 0
        self.up()

    def up(self) -> None:
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def down(self) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self.cut()

    def cut(self) -> int:
        """How many connections were cut."""
        return asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(10)

    def close(self) -> None:
        self.down()
        asyncio.run_coroutine_threadsafe(self._rest(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            # asyncio forgets the socket of a connection that it is just accepting while its server closes: first no
            # more are accepted, and those that were get through.
            for listening in self._server.sockets:
                self._loop.remove_reader(listening.fileno())
            await asyncio.sleep(0.05)
            self._server.close()

    async def _cut(self) -> int:
        count = len(self._streams) // 2
        for stream in tuple(self._streams):
            stream.transport.abort()
        return count

    async def _rest(self) -> None:
        deadline = self._loop.time() + ENDED_WITHIN
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            assert self._loop.time() < deadline, f"relays go on: {others}"
            # Not cancelled: a relay that has not begun would leave its socket open.
            await self._cut()
            await asyncio.wait(others, timeout=0.05)
        await asyncio.sleep(0.05)  # an aborted transport closes its socket in the loop's next step

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._streams.add(writer)
        try:
            await self._relay_to_target(reader, writer)
        finally:
            writer.transport.abort()
            self._streams.discard(writer)

    async def _relay_to_target(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            return
        self._streams.add(far_writer)
        if writer.is_closing():
            far_writer.transport.abort()
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            far_writer.transport.abort()
            self._streams.discard(far_writer)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK):
                writer.write(chunk)
                await writer.drain()
        writer.close()


@dataclass
class OwnBroker:
    """Killed and started again it is empty; one that ``keeps`` what it has on disk, once a second as a server does by
    default, has lost the last of it."""

    folder: Path
    port: int
    keeps: bool = False
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [str(_binary()), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        command += ["--appendonly", "yes" if self.keeps else "no", "--dir", str(self.folder)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent(signal.SIGKILL)
        )
        deadline = time.monotonic() + 20
        with Redis.from_url(self.url) as client:
            while not _answers(client):
                assert time.monotonic() < deadline, "the broker doesn't start"
                time.sleep(0.05)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def own_broker(folder: Path, *, keeps: bool = False) -> Iterator[OwnBroker]:
    broker = OwnBroker(folder, free_port(), keeps)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False
