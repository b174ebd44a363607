"""Requests out of bytes, answers into bytes: HTTP/1.1 as RFC 9112 frames it, and no more than a receiver needs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import parse_qs

MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 10_000_000


class BadRequest(Exception):
    """What came is not a request we can read. The connection ends."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Request:
    """One received request. Headers are parsed on demand: the hot path needs three of them."""

    __slots__ = ("_head", "body", "method", "path", "query", "target", "version")

    def __init__(self, head: bytes, body: bytes) -> None:
        line, _, self._head = head.partition(b"\r\n")
        try:
            self.method, self.target, self.version = line.decode("latin-1").split(" ")
        except ValueError:
            raise BadRequest(400) from None
        self.path, _, self.query = self.target.partition("?")
        self.body = body

    @property
    def headers(self) -> list[tuple[str, str]]:
        lines = self._head.decode("latin-1").split("\r\n")
        return [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines if line)]

    @property
    def webhook_id(self) -> str:
        return header(self._head, b"webhook-id").decode("latin-1")

    @property
    def keeps_alive(self) -> bool:
        connection = header(self._head, b"connection").lower()
        return connection != b"close" and (self.version == "HTTP/1.1" or connection == b"keep-alive")

    def number(self, name: str, default: int, limit: int) -> int:
        """A number from the query, at most ``limit``; the default where there is none."""
        found = parse_qs(self.query).get(name, [""])[0]
        return min(int(found), limit) if found.isascii() and found.isdigit() else default


def header(head: bytes, name: bytes) -> bytes:
    """The value of the first header of this (lower-case) name, without surrounding space; empty if there is none."""
    lowered = head.lower()
    at = 0 if lowered.startswith(name + b":") else lowered.find(b"\r\n" + name + b":") + 2
    if at == 1:
        return b""
    start = at + len(name) + 1
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else len(head)].strip()


def body_length(head: bytes) -> int | None:
    """Bytes of the body; None means chunked."""
    if b"chunked" in header(head, b"transfer-encoding").lower():
        return None
    found = header(head, b"content-length") or b"0"
    if not found.isdigit():
        raise BadRequest(400)
    if int(found) > MAX_BODY_BYTES:
        raise BadRequest(413)
    return int(found)


def read_chunks(buffer: bytes, start: int) -> tuple[bytes, int] | None:
    """The body of a chunked message from ``start`` on and where the message ends; None if more must come."""
    parts: list[bytes] = []
    while (line_end := buffer.find(b"\r\n", start)) >= 0:
        try:
            size = int(buffer[start:line_end].split(b";")[0], 16)
        except ValueError:
            raise BadRequest(400) from None
        start = line_end + 2
        if size == 0:
            return _after_trailers(buffer, start, b"".join(parts))
        if len(buffer) < start + size + 2:
            return None
        parts.append(buffer[start : start + size])
        start += size + 2
    return None


def _after_trailers(buffer: bytes, start: int, body: bytes) -> tuple[bytes, int] | None:
    while (line_end := buffer.find(b"\r\n", start)) >= 0:
        if line_end == start:
            return body, start + 2
        start = line_end + 2
    return None


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    delay_seconds: float = 0.0
    # Sent after the body, piece by piece as the connection takes them; their bytes are part of Content-Length.
    more: Iterator[bytes] | None = field(default=None, compare=False)
    more_bytes: int = 0


@dataclass(frozen=True)
class Raw:
    """Bytes that are no HTTP, then the end of the connection."""

    data: bytes
    outcome: str
    delay_seconds: float = 0.0


@lru_cache(maxsize=256)
def _head(status: int, content_type: str, headers: tuple[tuple[str, str], ...], length: int, keep: bool) -> bytes:
    lines = [f"HTTP/1.1 {status} {_reason(status)}"]
    if status not in {204, 304}:
        lines += [f"Content-Type: {content_type}", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if not keep:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def encode(answer: Answer, *, keep: bool, head_only: bool) -> bytes:
    """The answer's head and the first part of its body."""
    head = _head(answer.status, answer.content_type, answer.headers, len(answer.body) + answer.more_bytes, keep)
    return head if head_only or answer.status in {204, 304} else head + answer.body


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
