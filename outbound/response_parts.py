"""Reads what libcurl hands over of a response: header lines one by one, a body in pieces."""

import zlib
from collections.abc import AsyncIterator, Iterable
from functools import lru_cache
from typing import NamedTuple

import httpx

Headers = list[tuple[bytes, bytes]]


class Body(httpx.AsyncByteStream):
    """A body that is already here. `data` gives it without a coroutine."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.data


class AnswerHead(NamedTuple):
    """`complete`: whether the end of the headers came. `encoding` is the Content-Encoding in lower case, or b""."""

    version: bytes
    reason: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    complete: bool
    encoding: bytes


def answer_head(lines: tuple[bytes, ...]) -> AnswerHead:
    """The last response in `lines`: 1xx responses come before it, trailers after the blank line that ends it."""
    return _known_head(lines) if sum(map(len, lines)) < _REMEMBERED_BYTES else _read_head(lines)


def _read_head(lines: Iterable[bytes]) -> AnswerHead:
    version, reason, headers, ended = b"", b"", Headers(), False
    for line in lines:
        if line.startswith(b"HTTP/"):
            version, _, rest = line.strip().partition(b" ")
            reason, headers, ended = rest.partition(b" ")[2], [], False
        elif not line.strip():
            ended = True
        elif not ended:
            name, _, value = line.partition(b":")
            headers.append((name.strip(), value.strip()))
    return AnswerHead(version, reason, tuple(headers), ended, encoding_of(headers))


# Most answers of a destination have the same head, but for a date that changes once a second.
_REMEMBERED_BYTES = 2048
_known_head = lru_cache(maxsize=512)(_read_head)


def decompressed(body: bytes, encoding: bytes, limit: int) -> tuple[bytes, bool]:
    """(body, whether more than `limit` bytes were there), gzip and deflate undone within the bound.

    No request asks for compression; some servers compress nevertheless. What can't be read is given back as it is.
    """
    if encoding not in (b"gzip", b"x-gzip", b"deflate") or not body:
        return body, False
    reader = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)  # 32: zlib or gzip, by its header (RFC 9110, section 8.4.1)
    try:
        plain = reader.decompress(body, limit)
    except zlib.error:
        return body, False
    return plain, bool(reader.unconsumed_tail)


def encoding_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The Content-Encoding in lower case, or b""."""
    return next((value.strip().lower() for name, value in headers if name.lower() == b"content-encoding"), b"")
