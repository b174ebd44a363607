"""A server on the client's own loop that answers with any bytes: light enough for hundreds of answers a second."""

import asyncio
import socket
from dataclasses import dataclass
from typing import Literal, cast

Ending = Literal["close", "reset", "stay"]


@dataclass
class Script:
    """What `/odd` is answered with next."""

    answer: bytes = b""
    ending: Ending = "close"


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
        head, end, _ = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        self._received = b""  # no request of these tests has a body
        target = head.split(b" ", 2)[1]
        if target.startswith(b"/good/"):
            token = target.removeprefix(b"/good/")
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(token), token))
        else:
            self._answer_oddly()

    def _answer_oddly(self) -> None:
        self.transport.write(self._script.answer)
        if self._script.ending == "close":
            self.transport.close()
        elif self._script.ending == "reset":
            plain: socket.socket = self.transport.get_extra_info("socket")
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            self.transport.abort()


async def wire_listening(script: Script, listener: socket.socket) -> asyncio.Server:
    """Belongs to the running loop."""
    return await asyncio.get_running_loop().create_server(lambda: Wire(script), sock=listener)
