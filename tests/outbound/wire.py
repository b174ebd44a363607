"""A server on the client's own loop that answers with any bytes: light enough for hundreds of answers a second."""

import asyncio
import re
import socket
from collections import deque
from dataclasses import dataclass, field
from typing import Literal, cast

Ending = Literal["close", "reset", "stay"]
_LENGTH = re.compile(rb"^content-length: (\d+)", re.IGNORECASE | re.MULTILINE)


@dataclass
class Script:
    """What requests are answered with, in turn; the last answer stays."""

    answers: deque[tuple[bytes, Ending]] = field(default_factory=deque)

    def take(self) -> tuple[bytes, Ending]:
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]


class Wire(asyncio.Protocol):
    """One connection. `/good/<token>` is answered with the token."""

    transport: asyncio.Transport

    def __init__(self, script: Script) -> None:
        self._script = script
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none by descent

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or len(body) < (int(length[1]) if length else 0):
            return
        self._received = b""
        target = head.split(b" ", 2)[1]
        if target.startswith(b"/good/"):
            token = target.removeprefix(b"/good/")
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(token), token))
        else:
            self._answer_oddly()

    def _answer_oddly(self) -> None:
        answer, ending = self._script.take()
        self.transport.write(answer)
        if ending == "close":
            self.transport.close()
        elif ending == "reset":
            plain: socket.socket = self.transport.get_extra_info("socket")
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            self.transport.abort()


async def wire_listening(script: Script, listener: socket.socket) -> asyncio.Server:
    """Belongs to the running loop."""
    return await asyncio.get_running_loop().create_server(lambda: Wire(script), sock=listener)


async def closed(server: asyncio.Server) -> None:
    server.close()
