"""One connection: requests in, answers out, in order."""

import asyncio
import json
from collections.abc import Iterator
from typing import cast

from webhooks_platform.embedded.receiver.behaviours import answer
from webhooks_platform.embedded.receiver.ledger import Ledger
from webhooks_platform.embedded.receiver.messages import (
    MAX_BODY_BYTES,
    MAX_HEAD_BYTES,
    Answer,
    BadRequest,
    Raw,
    Request,
    body_length,
    encode,
    header,
    read_chunks,
)


class Connection(asyncio.Protocol):
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        # An answer is waiting or being written: later requests of the connection stay in the buffer.
        self._busy = False
        self._told_to_continue = False
        self._more: Iterator[bytes] | None = None
        self._keep = True
        self._writable = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports follow the interface without being subclasses.
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._more = None

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self._busy:
            self._serve()

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self._write_more()

    def _serve(self) -> None:
        try:
            while not self._busy and self._transport and (request := self._next_request()):
                self._respond(request)
        except BadRequest as error:
            self._keep = False
            self._send(Answer(error.status), head_only=False)

    def _next_request(self) -> Request | None:
        """The next whole request of the buffer. Raises BadRequest."""
        end = self._buffer.find(b"\r\n\r\n", 0, MAX_HEAD_BYTES)
        if end < 0:
            if len(self._buffer) > MAX_HEAD_BYTES:
                raise BadRequest(431)
            return None
        head, start = self._buffer[:end], end + 4
        length = body_length(head)
        found = self._chunked(start) if length is None else self._sized(start, length)
        if found is None:
            self._invite(head)
            return None
        body, finish = found
        self._buffer = self._buffer[finish:]
        self._told_to_continue = False
        return Request(head, body)

    def _sized(self, start: int, length: int) -> tuple[bytes, int] | None:
        finish = start + length
        return (self._buffer[start:finish], finish) if len(self._buffer) >= finish else None

    def _chunked(self, start: int) -> tuple[bytes, int] | None:
        if len(self._buffer) > MAX_HEAD_BYTES + 2 * MAX_BODY_BYTES:
            raise BadRequest(413)
        return read_chunks(self._buffer, start)

    def _invite(self, head: bytes) -> None:
        """The sender of ``Expect: 100-continue`` waits for a word before its body (RFC 9110, 10.1.1)."""
        if self._told_to_continue or not self._transport or header(head, b"expect").lower() != b"100-continue":
            return
        self._told_to_continue = True
        self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _respond(self, request: Request) -> None:
        self._keep = request.keeps_alive
        head_only = request.method == "HEAD"
        if request.path == "/_received":
            self._send(self._account(request), head_only=head_only)
            return
        self._ledger.record(request)
        made = answer(request, self._ledger)
        if made.delay_seconds:
            self._busy = True
            asyncio.get_running_loop().call_later(made.delay_seconds, self._send_late, made, head_only)
        else:
            self._send_counted(made, head_only)

    def _account(self, request: Request) -> Answer:
        if request.method == "DELETE":
            self._ledger.clear()
            return Answer(204)
        ids, times = (bool(request.number(name, 0, 1)) for name in ("ids", "times"))
        report = self._ledger.report(with_ids=ids, with_times=times)
        return Answer(200, json.dumps(report).encode())

    def _send_late(self, made: Answer | Raw, head_only: bool) -> None:
        self._busy = False
        self._send_counted(made, head_only)
        self._serve()

    def _send_counted(self, made: Answer | Raw, head_only: bool) -> None:
        if isinstance(made, Raw):
            self._ledger.record_answer(made.outcome)
            self._send_raw(made.data)
        else:
            self._ledger.record_answer(str(made.status))
            self._send(made, head_only=head_only)

    def _send(self, made: Answer, *, head_only: bool) -> None:
        if self._transport is None:
            return
        self._transport.write(encode(made, keep=self._keep, head_only=head_only))
        if made.more is not None and not head_only:
            self._more, self._busy = made.more, True
            self._write_more()
        elif not self._keep:
            self._transport.close()

    def _send_raw(self, data: bytes) -> None:
        if self._transport is None:
            return
        if data:
            self._transport.write(data)
            self._transport.close()
        else:
            self._transport.abort()

    def _write_more(self) -> None:
        while self._more is not None and self._writable and self._transport:
            piece = next(self._more, None)
            if piece is None:
                self._finish_more()
            else:
                self._transport.write(piece)

    def _finish_more(self) -> None:
        self._more, self._busy = None, False
        if not self._keep and self._transport:
            self._transport.close()
        else:
            self._serve()
