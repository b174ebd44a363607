"""httpx's transport interface on libcurl (docs/decisions/0003-libcurl-behind-httpx-types.md)."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any, cast

import httpx
import pycurl

from outbound.addresses import AddressPolicy
from outbound.client_certificate import ClientCertificate
from outbound.dialling import Dialling
from outbound.driver import Driver
from outbound.errors import BlockedAddress, BlockedPort, InvalidRequest
from outbound.failures import failure_of
from outbound.limits import DEFAULT_LIMITS, Deadline, TransferLimits
from outbound.name_servers import is_number
from outbound.names import Names
from outbound.outcomes import Answer
from outbound.prepared import Head, Lines, PreparedRequest
from outbound.proxy import Proxy, first_permitted
from outbound.refusals import refusal_told
from outbound.request_parts import checked_method, header_lines, origin_and_target, own_lines_check, unsaid
from outbound.response_parts import AnswerHead, Body, answer_head, decompressed
from outbound.transfer import Outgoing, Transfer


class CurlTransport(httpx.AsyncBaseTransport):
    """Sends requests over pooled connections, by HTTP/2 where a server offers it over TLS; never follows redirects.

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
        proxy: Proxy | None = None,
    ) -> None:
        self._dialling = Dialling(addresses, limits, ca_file, proxy)
        self._deadline = Deadline.of_seconds(connect=limits.connect, total=limits.total)
        self._driver = Driver(limits.connections)
        self._names = names or Names()
        self._idle: list[Transfer] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        _, answer = await self._exchange(self._outgoing(request), (), await _body_of(request))
        return _response_of(answer)

    async def exchange(self, request: httpx.Request) -> Answer:
        """The same without a response of httpx's: the kept body is decompressed within its bound."""
        own_lines: Lines = ()
        if isinstance(request, PreparedRequest):
            own_lines, body = request.own_lines, request.body
            own_lines_check(own_lines)
            outgoing = self._outgoing_of_head(request.head)
        else:
            outgoing, body = self._outgoing(request), await _body_of(request)
        encoding, answer = await self._exchange(outgoing, own_lines, body)
        if not encoding:
            return answer
        body, overflowed = decompressed(answer.body, encoding, self._dialling.limits.kept_body)
        return answer._replace(body=body, truncated=answer.truncated or overflowed)

    async def _exchange(self, outgoing: Outgoing, own_lines: Lines, body: bytes) -> tuple[bytes, Answer]:
        if body and outgoing.method == "HEAD":
            raise InvalidRequest("A HEAD request can't carry a body: remove it or choose another method.")
        if self._dialling.proxy is not None:
            outgoing = await self._through(self._dialling.proxy, outgoing)
        elif not (outgoing.is_number or self._names.fresh(outgoing.host, outgoing.port)):
            outgoing = await self._with_addresses(outgoing)
        transfer = self._transfer(outgoing.certificate)
        try:
            transfer.load(outgoing, own_lines, body)
            code = await self._driver.start(transfer)
            if code == pycurl.E_OK or transfer.truncated:  # when the kept part is full, the rest is of no interest
                return _answer_of(transfer)
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
        return Transfer(self._dialling, certificate)

    async def aclose(self) -> None:
        """Closes every connection; requests on their way fail as dropped."""
        self._names.close()
        self._driver.close()
        self._idle.clear()

    async def _with_addresses(self, outgoing: Outgoing) -> Outgoing:
        began = time.monotonic()
        resolved = await self._names.find(outgoing.host, outgoing.port, outgoing.deadline.connect / 1000)
        return _looked_up(outgoing, time.monotonic() - began)._replace(resolved=resolved)

    async def _through(self, proxy: Proxy, outgoing: Outgoing) -> Outgoing:
        """Raises BlockedAddress or BlockedPort where the policy permits none of the addresses."""
        if proxy.enforces:
            return outgoing
        began = time.monotonic()
        found = await self._names.addresses(outgoing.host.strip("[]"), outgoing.port, outgoing.deadline.connect / 1000)
        address, verdict = first_permitted(found, outgoing.port, self._dialling.addresses)
        if not address:
            error_class = BlockedPort if verdict.blocked == "port" else BlockedAddress
            raise error_class(refusal_told(outgoing.host, outgoing.port, verdict))
        return _looked_up(outgoing, time.monotonic() - began)._replace(beyond=address)

    def _outgoing(self, request: httpx.Request) -> Outgoing:
        return self._shared(request.method, request.url, request.headers.raw, request.extensions)

    def _outgoing_of_head(self, head: Head) -> Outgoing:
        if head.owner is not self:
            head.outgoing = self._shared(head.method, head.url, head.headers, head.extensions)
            head.owner = self
        return cast(Outgoing, head.outgoing)

    def _shared(
        self, method: str, url: httpx.URL, headers: Iterable[tuple[bytes, bytes]], extensions: Mapping[str, Any]
    ) -> Outgoing:
        host = url.raw_host.decode("ascii")
        return Outgoing(
            checked_method(method),
            *origin_and_target(url),
            host,
            url.port or (443 if url.raw_scheme == b"https" else 80),
            [*header_lines(headers), *unsaid(headers)],
            Deadline.of_extension(extensions.get("deadline"), self._deadline),
            extensions.get("repeatable", True),
            extensions.get("client_certificate"),
            is_number=is_number(host),
        )


def _looked_up(outgoing: Outgoing, seconds: float) -> Outgoing:
    """The time that its name took is part of what the request may take."""
    return outgoing._replace(lookup_seconds=seconds, deadline=outgoing.deadline.after(seconds))


async def _body_of(request: httpx.Request) -> bytes:
    stream = request.stream
    return stream.data if isinstance(stream, Body) else await request.aread()


def _answer_of(transfer: Transfer) -> tuple[bytes, Answer]:
    """The answer, and what encoding its body is in."""
    lines = transfer.header_lines
    length = sum(map(len, lines))
    head = answer_head(lines, length)
    if not head.complete:  # libcurl takes a close within the headers for their end
        raise failure_of(transfer, pycurl.E_PARTIAL_FILE)
    if fault := head.fault or _fault_of_version(transfer, head):
        transfer.message = fault
        raise failure_of(transfer, pycurl.E_UNSUPPORTED_PROTOCOL)
    status = transfer.status
    if status < 200:  # 101 Switching Protocols, which nobody asked for
        raise failure_of(transfer, pycurl.E_UNSUPPORTED_PROTOCOL)
    if transfer.too_many_headers(lines, length):
        raise failure_of(transfer, pycurl.E_WRITE_ERROR)
    return head.encoding, Answer(
        status,
        head.reason,
        head.headers,
        transfer.body,
        transfer.truncated,
        transfer.body_size,
        transfer.phases,
        transfer.address,
        head.version,
    )


def _fault_of_version(transfer: Transfer, head: AnswerHead) -> str:
    """Without TLS nobody offered HTTP/2: libcurl takes the word of a first line for it."""
    if head.version == "HTTP/2" and not transfer.secure:
        return "The answer calls itself HTTP/2, which was not agreed on."
    return ""


def _response_of(answer: Answer) -> httpx.Response:
    return httpx.Response(
        answer.status,
        headers=list(answer.headers),
        stream=Body(answer.body),
        extensions={
            "http_version": answer.http_version.encode("latin-1"),
            "reason_phrase": answer.reason.encode("latin-1"),
            "phases": answer.phases,
            "address": answer.address,
            "truncated": answer.truncated,
            "body_size": answer.body_size,
        },
    )
