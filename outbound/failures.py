"""From libcurl's result codes to this door's errors."""

import errno

import pycurl

from outbound.errors import (
    AnswerTimeout,
    BlockedAddress,
    BlockedPort,
    ClientCertificateRefused,
    ClientCertificateUnusable,
    ConnectionDropped,
    ConnectionRefused,
    ConnectTimeout,
    GarbageAnswer,
    HeadersTooLarge,
    InvalidRequest,
    NameNotFound,
    NetworkFailed,
    OutboundError,
    TlsFailed,
    TlsHandshakeFailed,
    Unreachable,
)
from outbound.refusals import refusal_told
from outbound.transfer import Transfer

# Codes that pycurl has no name for.
_WEIRD_SERVER_REPLY = 8
_CLIENT_CERTIFICATE_DEMANDED = 98
_HTTP2_STREAM = 92
_TOO_LARGE = 100
_CLOSED = frozenset({pycurl.E_SEND_ERROR, pycurl.E_RECV_ERROR, pycurl.E_SSL_CONNECT_ERROR})
_CERTIFICATE_ALERTS = ("certificate", "unknown ca", "access denied")
# libcurl says this, with the code of a server's bad certificate, when the alert is certificate_expired; of a server's
# certificate it always says what is wrong.
_ENDED_CERTIFICATE = "SSL certificate verification failed"
_FAULTS_OF_HTTP2 = ("nghttp2 ", "Remote peer returned unexpected data")

_CLASSES: dict[int, type[OutboundError]] = {
    pycurl.E_COULDNT_RESOLVE_HOST: NameNotFound,
    pycurl.E_PEER_FAILED_VERIFICATION: TlsFailed,
    pycurl.E_SSL_ISSUER_ERROR: TlsFailed,
    pycurl.E_SSL_INVALIDCERTSTATUS: TlsFailed,
    pycurl.E_SSL_CERTPROBLEM: ClientCertificateUnusable,
    _CLIENT_CERTIFICATE_DEMANDED: ClientCertificateRefused,
    pycurl.E_SSL_CONNECT_ERROR: TlsHandshakeFailed,
    pycurl.E_SSL_CIPHER: TlsHandshakeFailed,
    pycurl.E_GOT_NOTHING: ConnectionDropped,
    pycurl.E_PARTIAL_FILE: ConnectionDropped,
    pycurl.E_SEND_ERROR: ConnectionDropped,
    pycurl.E_RECV_ERROR: ConnectionDropped,
    pycurl.E_ABORTED_BY_CALLBACK: ConnectionDropped,  # the repeat on a second stale connection was refused
    pycurl.E_UNSUPPORTED_PROTOCOL: GarbageAnswer,
    _WEIRD_SERVER_REPLY: GarbageAnswer,
    pycurl.E_BAD_CONTENT_ENCODING: GarbageAnswer,
    pycurl.E_HTTP2: GarbageAnswer,
    pycurl.E_WRITE_ERROR: GarbageAnswer,
    _TOO_LARGE: HeadersTooLarge,
    pycurl.E_URL_MALFORMAT: InvalidRequest,
}


def failure_of(transfer: Transfer, code: int) -> OutboundError:
    """The error that tells why `transfer` ended with `code`, with what is known of the request's fate."""
    error_class = _class_of(transfer, code)
    return error_class(
        _message(transfer, error_class),
        nothing_sent=transfer.nothing_sent,
        phases=transfer.phases,
        address=transfer.address,
    )


def _class_of(transfer: Transfer, code: int) -> type[OutboundError]:
    if transfer.headers_overflowed:
        return HeadersTooLarge
    if refused := _class_of_no_tunnel(transfer):
        return refused
    if broken := _class_of_http2(transfer.message, code):
        return broken
    if code == pycurl.E_OPERATION_TIMEDOUT:
        return ConnectTimeout if transfer.nothing_sent else AnswerTimeout
    if code == pycurl.E_COULDNT_CONNECT:
        return _class_of_no_connection(transfer)
    if code == pycurl.E_RECV_ERROR and "chunk" in transfer.message:  # the code of a broken connection, too
        return GarbageAnswer
    if (
        code == pycurl.E_BAD_FUNCTION_ARGUMENT and transfer.certificate is not None
    ):  # what it says of a key it can't use
        return ClientCertificateUnusable
    if _certificate_refused(transfer, code):
        return ClientCertificateRefused
    return _CLASSES.get(code, NetworkFailed)


def _certificate_refused(transfer: Transfer, code: int) -> bool:
    """OpenSSL names the server's alert. With TLS 1.3 it comes after the handshake has ended for the client (RFC 8446,
    section 4.4.2.4), and the connection breaks."""
    if code == pycurl.E_PEER_FAILED_VERIFICATION:
        return transfer.message == _ENDED_CERTIFICATE
    message = transfer.message
    return code in _CLOSED and " alert " in message and any(alert in message for alert in _CERTIFICATE_ALERTS)


def _class_of_http2(message: str, code: int) -> type[OutboundError] | None:
    """What a fault of HTTP/2 means, which libcurl tells by its words alone: the codes are those of a broken connection
    or of a deadline that passed after the fault. None for other failures."""
    if message.startswith(_FAULTS_OF_HTTP2):
        return HeadersTooLarge if "CONTINUATION" in message else GarbageAnswer
    if code == _HTTP2_STREAM:
        return ConnectionDropped if message.startswith("HTTP/2 stream ") else GarbageAnswer
    return None


def _class_of_no_tunnel(transfer: Transfer) -> type[OutboundError] | None:
    """What a proxy's refusal means; None where it didn't refuse."""
    refusal = transfer.proxy_status
    if refusal < 300:
        return None
    return BlockedAddress if refusal == 403 else Unreachable


def _class_of_no_connection(transfer: Transfer) -> type[OutboundError]:
    if transfer.local_failure:
        return NetworkFailed
    if not transfer.refusal.permitted and not transfer.address:
        return BlockedPort if transfer.refusal.blocked == "port" else BlockedAddress
    return ConnectionRefused if transfer.handle.getinfo(pycurl.OS_ERRNO) == errno.ECONNREFUSED else Unreachable


def _message(transfer: Transfer, error_class: type[OutboundError]) -> str:
    if transfer.proxy_status >= 300:
        return f"The outgoing proxy refused the connection with {transfer.proxy_status}."
    if error_class in (BlockedAddress, BlockedPort):
        return refusal_told(transfer.host, transfer.port, transfer.refusal)
    if error_class is ClientCertificateUnusable:
        return f"The client certificate or its key can't be used. {transfer.message}"
    if error_class is ClientCertificateRefused:
        return _refusal_of_certificate(transfer)
    if error_class is HeadersTooLarge:
        return "The answer's headers are larger than the cap."
    if error_class is AnswerTimeout and transfer.status:
        return f"Answered {transfer.status}, but the body didn't end in time. {transfer.message}"
    if error_class is GarbageAnswer and transfer.status == 101:
        return "Answered 101 Switching Protocols, which the request didn't ask for."
    if transfer.message.endswith("pre-request callback"):
        return "The destination closed the connection, or asked for a repeat, before it answered."
    return transfer.local_failure or transfer.message or "The connection was closed before the answer was complete."


def _refusal_of_certificate(transfer: Transfer) -> str:
    if transfer.certificate is None:
        return f"The destination demands a client certificate, and none was shown. {transfer.message}"
    if transfer.message == _ENDED_CERTIFICATE or "certificate expired" in transfer.message:
        return "The destination says that the client certificate has ended."
    return f"The destination did not accept the client certificate. {transfer.message}"
