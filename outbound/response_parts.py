"""Reads what libcurl hands over of a response: header lines one by one, a body in pieces."""

import zlib
from collections.abc import AsyncIterator, Iterable

import httpx

Headers = list[tuple[bytes, bytes]]


class Body(httpx.AsyncByteStream):
    """A body that is already here. `data` gives it without a coroutine."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.data


def read_header_lines(lines: Iterable[bytes]) -> tuple[bytes, Headers, bool]:
    """(reason, headers, whether their end came) of the last response in `lines`.

    1xx responses come before it, trailers after the blank line that ends it.
    """
    reason, headers, ended = b"", Headers(), False
    for line in lines:
        if line.startswith(b"HTTP/"):
            reason, headers, ended = line.strip().partition(b" ")[2].partition(b" ")[2], [], False
        elif not line.strip():
            ended = True
        elif not ended:
            name, _, value = line.partition(b":")
            headers.append((name.strip(), value.strip()))
    return reason, headers, ended


def decompressed(body: bytes, headers: Iterable[tuple[bytes, bytes]], limit: int) -> tuple[bytes, bool]:
    """(body, whether more than `limit` bytes were there), gzip and deflate undone within the bound.

    No request asks for compression; some servers compress nevertheless. What can't be read is given back as it is.
    """
    encoding = next((value.strip().lower() for name, value in headers if name.lower() == b"content-encoding"), b"")
    if encoding not in (b"gzip", b"x-gzip", b"deflate") or not body:
        return body, False
    reader = zlib.decompressobj(wbits=32 + zlib.MAX_WBITS)  # 32: zlib or gzip, by its header (RFC 9110, section 8.4.1)
    try:
        plain = reader.decompress(body, limit)
    except zlib.error:
        return body, False
    return plain, bool(reader.unconsumed_tail)
