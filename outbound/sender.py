"""Sends one request and says what became of it: values instead of exceptions."""

import logging
from typing import cast

import httpx

from outbound.errors import OutboundError
from outbound.limits import KEPT_BODY
from outbound.outcomes import NO_PHASES, Answer, BreakKind, Broken
from outbound.response_parts import Body, decompressed, encoding_of
from outbound.transport import CurlTransport

logger = logging.getLogger(__name__)

# For transports that aren't ours (a test's, httpx's own): the most exact kind comes first.
_KINDS: tuple[tuple[type[Exception], BreakKind, bool], ...] = (
    (httpx.ConnectTimeout, BreakKind.CONNECT_TIMEOUT, True),
    (httpx.PoolTimeout, BreakKind.CONNECT_TIMEOUT, True),
    (httpx.TimeoutException, BreakKind.TIMEOUT, False),
    (httpx.ConnectError, BreakKind.NETWORK, True),
    (httpx.LocalProtocolError, BreakKind.INVALID_REQUEST, True),
    (httpx.UnsupportedProtocol, BreakKind.INVALID_REQUEST, True),
    (httpx.RemoteProtocolError, BreakKind.DROPPED, False),
    (httpx.TransportError, BreakKind.NETWORK, False),
)


async def send(transport: httpx.AsyncBaseTransport, request: httpx.Request) -> Answer | Broken:
    """Never raises, but for cancellation. The kept body is decompressed within the same bound."""
    try:
        if isinstance(transport, CurlTransport):
            return await transport.exchange(request)
        return await _answer_of(await transport.handle_async_request(request))
    except OutboundError as error:
        return Broken(error.kind, str(error), error.nothing_sent, error.phases, error.address)
    except Exception as error:
        return _broken_of(error)


async def _answer_of(response: httpx.Response) -> Answer:
    raw = await _raw_body(response)
    headers = tuple(response.headers.raw)
    known = response.extensions
    body, overflowed = decompressed(raw, encoding_of(headers), KEPT_BODY)
    return Answer(
        response.status_code,
        known.get("reason_phrase", b"").decode("latin-1"),
        headers,
        body,
        known.get("truncated", False) or overflowed,
        known.get("body_size", len(raw)),
        known.get("phases", NO_PHASES),
        known.get("address", ""),
    )


async def _raw_body(response: httpx.Response) -> bytes:
    stream = response.stream
    if isinstance(stream, Body):
        return stream.data
    try:
        return b"".join([piece async for piece in cast(httpx.AsyncByteStream, stream)])
    finally:
        await response.aclose()


def _broken_of(error: Exception) -> Broken:
    for kind_of_error, kind, nothing_sent in _KINDS:
        if isinstance(error, kind_of_error):
            return Broken(kind, str(error), nothing_sent, NO_PHASES, "")
    logger.error("An unexpected error while sending", exc_info=error)
    return Broken(BreakKind.UNEXPECTED, repr(error), False, NO_PHASES, "")
