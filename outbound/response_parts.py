"""Reads what libcurl hands over of a response: header lines one by one, a body in pieces."""

import re
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
    """`complete`: whether the end of the headers came. `encoding` is the Content-Encoding in lower case, or b"".

    `fault`: why this is no answer, though libcurl took it for one; "" for an answer.
    """

    version: str
    reason: str
    headers: tuple[tuple[bytes, bytes], ...]
    complete: bool
    encoding: bytes
    fault: str


def answer_head(lines: tuple[bytes, ...], length: int) -> AnswerHead:
    """The last response in `lines`: 1xx responses come before it, trailers after the blank line that ends it.

    `length`: bytes of all lines.
    """
    return _known_head(lines) if length < _REMEMBERED_BYTES else _read_head(lines)


def _read_head(lines: Iterable[bytes]) -> AnswerHead:
    first, headers, ended, fault = b"", Headers(), False, ""
    for line in lines:
        if line.startswith(b"HTTP/"):
            first, headers, ended, fault = line.strip(), [], False, ""
        elif not line.strip():
            ended = True
        elif not ended and line[0] in _BLANKS:
            fault = fault or _unfold(headers, line)
        elif not ended:
            name, _, value = line.partition(b":")
            headers.append((name.strip(), value.strip()))
    version, _, rest = first.decode("latin-1").partition(" ")
    fault = _fault_of_first_line(first) or fault or _fault_of_length(headers)
    return AnswerHead(version, rest.partition(" ")[2], tuple(headers), ended, encoding_of(headers), fault)


_BLANKS = b" \t"
# HTTP/2 has no such line: libcurl writes one.
_FIRST_LINE = re.compile(rb"HTTP/(?:1\.[01]|2) [1-5][0-9]{2}(?: .*)?", re.DOTALL)


def _fault_of_first_line(line: bytes) -> str:
    """libcurl reads three digits and takes what follows for the reason. Other statuses than 100 to 599 are invalid
    (RFC 9110, section 15)."""
    if _FIRST_LINE.fullmatch(line):
        return ""
    return f"The answer begins with {_shown(line)}, which is not HTTP with a status from 100 to 599."


def _unfold(headers: Headers, line: bytes) -> str:
    """A value that goes on in the next line (RFC 9112, section 5.2); before the first header there is none to go on."""
    if not headers:
        return "The answer's first header begins with a space."
    name, value = headers[-1]
    headers[-1] = name, b"%b %b" % (value, line.strip())
    return ""


def _fault_of_length(headers: Headers) -> str:
    """libcurl passes over a length that overflows, and takes the close of the connection for the body's end."""
    for name, value in headers:
        if len(value) <= _LENGTH_DIGITS:  # most values, told at no cost
            continue
        if name.lower() == b"content-length" and value.isdigit() and len(value.lstrip(b"0")) > _LENGTH_DIGITS:
            return f"The answer's Content-Length is {_shown(value)}, which no body has."
    return ""


_LENGTH_DIGITS = 18  # fit into 64 bits


def _shown(text: bytes) -> str:
    shown = text[:40].decode("latin-1")
    return repr(shown if len(text) <= 40 else f"{shown}…")


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
