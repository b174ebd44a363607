"""Errors of the transport: httpx's own classes, told apart by kind, with what is known about the request's fate."""

from typing import ClassVar

import httpx

from outbound.outcomes import NO_PHASES, BreakKind, Phases


class OutboundError(httpx.TransportError):
    """`nothing_sent` is True only if it's certain that no byte of the request left; `address` is "ip:port" or ""."""

    kind: ClassVar[BreakKind] = BreakKind.NETWORK

    def __init__(
        self, message: str, *, nothing_sent: bool = True, phases: Phases = NO_PHASES, address: str = ""
    ) -> None:
        super().__init__(message)
        self.nothing_sent = nothing_sent
        self.phases = phases
        self.address = address


class InvalidRequest(OutboundError, httpx.LocalProtocolError):
    kind = BreakKind.INVALID_REQUEST


class UnsupportedScheme(OutboundError, httpx.UnsupportedProtocol):
    kind = BreakKind.INVALID_REQUEST


class NameNotFound(OutboundError, httpx.ConnectError):
    kind = BreakKind.NAME_NOT_FOUND


class BlockedAddress(OutboundError, httpx.ConnectError):
    kind = BreakKind.BLOCKED_ADDRESS


class BlockedPort(OutboundError, httpx.ConnectError):
    kind = BreakKind.BLOCKED_PORT


class ConnectionRefused(OutboundError, httpx.ConnectError):
    kind = BreakKind.REFUSED


class Unreachable(OutboundError, httpx.ConnectError):
    kind = BreakKind.NETWORK


class ConnectTimeout(OutboundError, httpx.ConnectTimeout):
    kind = BreakKind.CONNECT_TIMEOUT


class TlsFailed(OutboundError, httpx.ConnectError):
    kind = BreakKind.TLS


class ClientCertificateFailed(OutboundError, httpx.ConnectError):
    kind = BreakKind.CLIENT_CERTIFICATE


class ClientCertificateRefused(ClientCertificateFailed):
    """The server refuses the certificate that was shown, or demands one. With TLS 1.3 it says so after the handshake,
    when the request may have left."""


class ClientCertificateUnusable(ClientCertificateFailed):
    """The certificate or key that a request was to show can't be read, or they don't belong together."""


class TlsHandshakeFailed(OutboundError, httpx.ConnectError):
    kind = BreakKind.TLS_HANDSHAKE


class AnswerTimeout(OutboundError, httpx.ReadTimeout):
    kind = BreakKind.TIMEOUT


class ConnectionDropped(OutboundError, httpx.RemoteProtocolError):
    """httpx, too, calls an answer that ends early a protocol error."""

    kind = BreakKind.DROPPED


class GarbageAnswer(OutboundError, httpx.RemoteProtocolError):
    kind = BreakKind.GARBAGE


class HeadersTooLarge(OutboundError, httpx.RemoteProtocolError):
    kind = BreakKind.HEADERS_TOO_LARGE


class NetworkFailed(OutboundError, httpx.NetworkError):
    kind = BreakKind.NETWORK
