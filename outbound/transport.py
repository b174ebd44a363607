"""httpx's transport interface on libcurl (docs/decisions/0003-libcurl-behind-httpx-types.md)."""

import asyncio
import time

import httpx
import pycurl

from outbound.addresses import AddressPolicy
from outbound.client_certificate import ClientCertificate
from outbound.driver import Driver
from outbound.errors import InvalidRequest
from outbound.failures import failure_of
from outbound.limits import DEFAULT_LIMITS, Deadline, TransferLimits
from outbound.names import Names
from outbound.request_parts import checked_method, header_lines, origin_and_target
from outbound.response_parts import Body, read_header_lines
from outbound.transfer import Outgoing, Transfer


class CurlTransport(httpx.AsyncBaseTransport):
    """Sends requests over pooled connections, one HTTP/1.1 exchange each; never follows redirects, uses no proxy.

    Belongs to one event loop. `request.extensions`: "deadline" ({"connect": seconds, "total": seconds}) overrides the
    limits; "repeatable" (default True) allows one repeat on a fresh connection when a reused one closed without a byte
    of answer; "client_certificate" (a ClientCertificate) is shown to a server that asks for one.
    `response.extensions`: "phases", "address", "truncated", "body_size", "reason_phrase", "http_version".
    Raises the errors of `outbound.errors`.
    """

    def __init__(
        self,
        *,
        addresses: AddressPolicy,
        limits: TransferLimits = DEFAULT_LIMITS,
        ca_file: str | None = None,
        names: Names | None = None,
    ) -> None:
        self._addresses = addresses
        self._limits = limits
        self._ca_file = ca_file
        self._deadline = Deadline.of_seconds(connect=limits.connect, total=limits.total)
        self._driver = Driver(limits.connections)
        self._names = names or Names()
        self._idle: list[Transfer] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        outgoing = self._outgoing(request, await _body_of(request))
        if not self._names.settled(outgoing.host, outgoing.port):
            outgoing = await self._with_addresses(outgoing)
        transfer = self._transfer(request.extensions.get("client_certificate"))
        try:
            transfer.load(outgoing)
            code = await self._driver.start(transfer)
            if code == pycurl.E_OK or transfer.truncated:  # when the kept part is full, the rest is of no interest
                return _response_of(transfer)
            raise failure_of(transfer, code)
        except asyncio.CancelledError:
            self._driver.stop(transfer)
            raise
        finally:
            transfer.release()
            if transfer.certificate is None:
                self._idle.append(transfer)

    def _transfer(self, certificate: ClientCertificate | None) -> Transfer:
        """Handles with a certificate aren't kept (certificates come and go); their connections are."""
        if certificate is None and self._idle:
            return self._idle.pop()
        return Transfer(self._addresses, self._limits, self._ca_file, certificate)

    async def aclose(self) -> None:
        """Closes every connection; requests on their way fail as dropped."""
        self._names.close()
        self._driver.close()
        self._idle.clear()

    async def _with_addresses(self, outgoing: Outgoing) -> Outgoing:
        began = time.monotonic()
        resolved = await self._names.find(outgoing.host, outgoing.port, outgoing.deadline.connect / 1000)
        return outgoing._replace(resolved=resolved, lookup_seconds=time.monotonic() - began)

    def _outgoing(self, request: httpx.Request, body: bytes) -> Outgoing:
        method = checked_method(request.method)
        if method == "HEAD" and body:
            raise InvalidRequest("A HEAD request can't carry a body: remove it or choose another method.")
        url = request.url
        return Outgoing(
            method,
            *origin_and_target(url),
            url.raw_host.decode("ascii"),
            url.port or (443 if url.raw_scheme == b"https" else 80),
            header_lines(request),
            body,
            Deadline.of_request(request, self._deadline),
            request.extensions.get("repeatable", True),
        )


async def _body_of(request: httpx.Request) -> bytes:
    stream = request.stream
    return stream.data if isinstance(stream, Body) else await request.aread()


def _response_of(transfer: Transfer) -> httpx.Response:
    reason, headers, complete = read_header_lines(transfer.header_lines)
    if not complete:  # libcurl takes a close within the headers for their end
        raise failure_of(transfer, pycurl.E_PARTIAL_FILE)
    status = transfer.status
    if status < 200:  # 101 Switching Protocols, which nobody asked for
        raise failure_of(transfer, pycurl.E_UNSUPPORTED_PROTOCOL)
    return httpx.Response(
        status,
        headers=headers,
        stream=Body(transfer.body),
        extensions={
            "http_version": b"HTTP/1.1",
            "reason_phrase": reason,
            "phases": transfer.phases,
            "address": transfer.address,
            "truncated": transfer.truncated,
            "body_size": transfer.body_size,
        },
    )
