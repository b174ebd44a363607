"""One reusable libcurl handle: takes a request, gathers the response within limits, judges each address it dials."""

import asyncio
import socket
from collections import deque
from collections.abc import Sized
from typing import NamedTuple

import certifi
import pycurl

from outbound.addresses import PERMITTED, judge
from outbound.client_certificate import ClientCertificate
from outbound.dialling import DialledSocket, Dialling, SocketAddress
from outbound.limits import Deadline
from outbound.name_servers import LONGEST
from outbound.outcomes import Phases
from outbound.prepared import Lines
from outbound.proxy import tunnel_line

_REFUSE = -1  # any other number than the bytes taken makes libcurl give up the transfer
# More lines than this are too many, whatever their length; of a line libcurl takes at most 100 KB.
_HEADER_LINES = 1000
# libcurl repeats a request on another connection when a reused one closed without a byte of answer, up to five times
# and whatever the method. One repeat is enough: it never reuses a connection that it knows to be closed.
_SENDS_AT_MOST = 2


class Outgoing(NamedTuple):
    """A request in the form that libcurl takes, but for its body and the headers that are its own.

    `repeatable` allows the one repeat on a connection that went stale.
    """

    method: str
    origin: bytes
    target: bytes
    host: str
    port: int
    header_lines: list[bytes]
    deadline: Deadline
    repeatable: bool = True
    certificate: ClientCertificate | None = None
    resolved: str = ""  # "+host:port:address,..." when the name was looked up for this request
    beyond: str = ""  # the address that a proxy is asked for
    lookup_seconds: float = 0.0
    is_number: bool = False  # the host is an address already

    def __repr__(self) -> str:
        """Without target and headers, which may hold secrets."""
        return f"<Outgoing {self.method} to {self.host}:{self.port}>"


class Transfer:
    """An easy handle and what it knows of the request it carries. Belongs to one loop; carries one request at a time.

    A handle shows one client certificate, or none, for life, so that nothing of another's can be left on it.

    It owns the handle instead of inheriting from it, and keeps its methods: pycurl looks up attributes of its objects
    the slow way, by raising and swallowing an AttributeError first (a third of the cost of a request).
    """

    future: asyncio.Future[int]

    def __init__(self, dialling: Dialling, certificate: ClientCertificate | None = None) -> None:
        self.handle = pycurl.Curl()
        self._setopt, self._getinfo = self.handle.setopt, self.handle.getinfo
        self.certificate = certificate
        self._addresses = dialling.addresses
        self._limits = dialling.limits
        self._proxy = dialling.proxy
        self._resolved = ""
        self._tunnel = ""
        self._origin = b""
        self._target = b""
        self._verb = "", False
        self._deadline = Deadline(0, 0)
        # Its `append` is the callback: a function of Python's own would cost more than all else that is done to a line.
        self._header_lines: deque[bytes] = deque(maxlen=_HEADER_LINES)
        self._set_fixed_options(dialling.ca_file or certifi.where())
        self._set_proxy(dialling.ca_file or certifi.where())
        if certificate is not None:  # PEM is what libcurl takes a blob for
            self._setopt(pycurl.SSLCERT_BLOB, certificate.certificate_pem)
            self._setopt(pycurl.SSLKEY_BLOB, certificate.key_pem)
        self.release()

    def release(self) -> None:
        """Forgets the request, ready for the next."""
        self._header_lines.clear()
        self.body_size = 0
        self.refusal = PERMITTED  # why an address wasn't dialled
        self.local_failure = ""  # why no socket could be opened here
        self.dialled = ("", 0)
        self.host, self.port = "", 0
        self.beyond = ""  # of a proxy
        self.sends = 0  # how often the request began to leave
        self.repeatable = True
        self.lookup_seconds = 0.0
        self.message = ""
        self._pieces: list[bytes] = []
        self._kept = 0
        self._opened = False  # a connection, for this request

    def _set_fixed_options(self, ca_file: str) -> None:
        for option, value in (
            (pycurl.NOSIGNAL, 1),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS),  # where the server offers it in the TLS handshake
            (pycurl.HTTP09_ALLOWED, 0),
            (pycurl.TCP_NODELAY, 1),
            # What libcurl is handed must not end before we look again, or it would ask by itself.
            (pycurl.DNS_CACHE_TIMEOUT, int(2 * LONGEST)),
            # A destination that moves is followed, even if it never closes the connections to its old address.
            (pycurl.MAXLIFETIME_CONN, self._limits.connection_age),
            (pycurl.SSL_VERIFYPEER, 1),
            (pycurl.SSL_VERIFYHOST, 2),
            (pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2),
        ):
            self._setopt(option, value)
        self._setopt(pycurl.CAINFO, ca_file)
        self._setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        self._setopt(pycurl.PREREQFUNCTION, self._before_request)
        self._setopt(pycurl.HEADERFUNCTION, self._header_lines.append)
        self._setopt(pycurl.WRITEFUNCTION, self._receive_body)

    def _set_proxy(self, ca_file: str) -> None:
        """Without one, "" also closes the door to http_proxy and its like in the environment."""
        if self._proxy is None:
            self._setopt(pycurl.PROXY, "")
            self._setopt(pycurl.NOPROXY, "*")
            return
        self._setopt(pycurl.PROXY, self._proxy.url)
        self._setopt(pycurl.NOPROXY, "")
        self._setopt(pycurl.PROXY_CAINFO, ca_file)
        self._setopt(pycurl.HTTPPROXYTUNNEL, 1)

    # -- carrying a request ------------------------------------------------------------------------------------------

    def load(self, outgoing: Outgoing, own_lines: Lines, body: bytes) -> None:
        """Takes a request; of the options that keep their value nothing is set again."""
        self.repeatable = outgoing.repeatable
        self.lookup_seconds = outgoing.lookup_seconds
        self.host, self.port = outgoing.host, outgoing.port
        if outgoing.origin != self._origin:
            self._setopt(pycurl.URL, outgoing.origin)
            # Whether a server speaks HTTP/2, the first connection finds out for all who wait for it.
            self._setopt(pycurl.PIPEWAIT, 1 if outgoing.origin.startswith(b"https") else 0)
            self._origin = outgoing.origin
        if outgoing.target != self._target:
            self._setopt(pycurl.REQUEST_TARGET, outgoing.target)
            self._target = outgoing.target
        self._load_addresses(outgoing.resolved)
        if self._proxy is not None:
            self._load_tunnel(outgoing)
        self._load_method(outgoing.method, body)
        self._setopt(pycurl.HTTPHEADER, [*outgoing.header_lines, *own_lines])
        if outgoing.deadline != self._deadline:
            self._setopt(pycurl.CONNECTTIMEOUT_MS, outgoing.deadline.connect)
            self._setopt(pycurl.TIMEOUT_MS, outgoing.deadline.total)
            self._deadline = outgoing.deadline

    def _load_addresses(self, resolved: str) -> None:
        """Hands addresses to the cache that all transfers share; an old list must not be handed over again."""
        if resolved or self._resolved:
            self._setopt(pycurl.RESOLVE, [resolved] if resolved else [])
            self._resolved = resolved

    def _load_tunnel(self, outgoing: Outgoing) -> None:
        self.beyond = outgoing.beyond
        tunnel = tunnel_line(outgoing.host, outgoing.port, outgoing.beyond) if outgoing.beyond else ""
        if tunnel != self._tunnel:
            self._setopt(pycurl.CONNECT_TO, [tunnel] if tunnel else [])
            self._tunnel = tunnel

    def _load_method(self, method: str, body: bytes) -> None:
        with_body = bool(body) or method in ("POST", "PUT", "PATCH")
        if with_body:
            self._setopt(pycurl.POSTFIELDS, body)
        if (method, with_body) == self._verb:
            return
        self._verb = method, with_body
        if with_body:
            self._setopt(pycurl.POST, 1)
        elif method == "HEAD":
            self._setopt(pycurl.NOBODY, 1)
        else:
            self._setopt(pycurl.HTTPGET, 1)
        self._setopt(pycurl.CUSTOMREQUEST, method)

    # -- called by libcurl -------------------------------------------------------------------------------------------

    def _open_socket(self, purpose: int, target: SocketAddress) -> socket.socket | int:
        ip, port = target.addr[:2]
        # Of a proxy only the operator decides; what lies beyond it was judged before the tunnel was asked for.
        verdict = PERMITTED if self._proxy else judge(ip, port, self._addresses)
        if not verdict.permitted:
            self.refusal = verdict
            if not self._opened:  # what a connection from before led to, which has closed, was not dialled now
                self.dialled = ("", 0)
            return pycurl.SOCKET_BAD
        try:
            opened = DialledSocket(target.family, target.socktype, target.protocol)
        except OSError as error:  # no IPv6 here, or too many open files; an exception can't pass through libcurl
            self.local_failure = str(error)
            return pycurl.SOCKET_BAD
        self.dialled = (ip, port)
        self._opened = True
        self.local_failure = ""
        return opened

    def _before_request(self, ip: str, local_ip: str, port: int, local_port: int) -> int:
        self.sends += 1
        if self.sends > (_SENDS_AT_MOST if self.repeatable else 1):
            return pycurl.PREREQFUNC_ABORT  # the transfer ends as E_ABORTED_BY_CALLBACK
        self.dialled = (ip, port)
        return pycurl.PREREQFUNC_OK

    def _receive_body(self, piece: bytes) -> int | None:
        self.body_size += len(piece)
        room = self._limits.kept_body - self._kept
        if room > 0:
            self._pieces.append(piece if len(piece) <= room else piece[:room])
            self._kept += min(len(piece), room)
        return None if self.body_size <= self._limits.drained_body else _REFUSE

    # -- what came of it ---------------------------------------------------------------------------------------------

    @property
    def secure(self) -> bool:
        return self._origin.startswith(b"https")

    @property
    def status(self) -> int:
        return int(self._getinfo(pycurl.RESPONSE_CODE))

    @property
    def proxy_status(self) -> int:
        """What a proxy answered to CONNECT; 0 without one."""
        return int(self._getinfo(pycurl.HTTP_CONNECTCODE)) if self._proxy else 0

    @property
    def body(self) -> bytes:
        return b"".join(self._pieces)

    @property
    def truncated(self) -> bool:
        return self.body_size > self._kept

    @property
    def header_lines(self) -> tuple[bytes, ...]:
        return tuple(self._header_lines)

    @property
    def headers_overflowed(self) -> bool:
        return self.too_many_headers(self._header_lines, sum(map(len, self._header_lines)))

    def too_many_headers(self, lines: Sized, length: int) -> bool:
        """``length``: bytes of all lines. libcurl itself takes 300 KB at most."""
        return length > self._limits.headers or len(lines) == _HEADER_LINES

    @property
    def nothing_sent(self) -> bool:
        return self.sends == 0

    @property
    def address(self) -> str:
        ip, port = (self.beyond, self.port) if self._proxy else self.dialled
        if not ip:
            return ""
        return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"

    @property
    def phases(self) -> Phases:
        """libcurl counts from the start of the transfer; here each phase counts for itself."""
        getinfo = self._getinfo
        first_byte = max(0.0, getinfo(pycurl.STARTTRANSFER_TIME) - getinfo(pycurl.PRETRANSFER_TIME))
        total = self.lookup_seconds + getinfo(pycurl.TOTAL_TIME)
        if not self._opened:  # a connection that was there already
            return Phases(self.lookup_seconds, 0.0, 0.0, first_byte, total)
        named = getinfo(pycurl.NAMELOOKUP_TIME)
        connected = getinfo(pycurl.CONNECT_TIME)
        secured = getinfo(pycurl.APPCONNECT_TIME)
        return Phases(
            self.lookup_seconds + named,
            max(0.0, connected - named),
            max(0.0, secured - connected) if connected else 0.0,
            first_byte,
            total,
        )
