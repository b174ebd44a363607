"""The process's one loop for outgoing HTTP: a thread with uvloop and one transport, made when first asked for.

So lane threads share one pool of connections, and connections live from batch to batch.
"""

import asyncio
import atexit
import contextlib
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import uvloop
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from outbound.addresses import AddressPolicy, parse_allowed
from outbound.outcomes import Answer, Broken
from outbound.proxy import Proxy
from outbound.sender import send
from outbound.transport import CurlTransport

T = TypeVar("T")

_STOP_WITHIN = 2.0  # seconds


class HttpLoop:
    """A running loop in a thread of its own, and the transport that belongs to it. For use from any other thread."""

    def __init__(self, transport: CurlTransport) -> None:
        self.transport = transport
        self._loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="outbound-http", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Runs a coroutine on the loop; it must not block. Cancelling the future cancels the coroutine."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def send(self, request: httpx.Request) -> Future[Answer | Broken]:
        """Sends one request on the loop's transport, for callers that aren't coroutines."""
        return self.run(send(self.transport, request))

    def close(self) -> None:
        """Closes the connections and ends the thread. Requests on their way end as dropped."""
        if self._loop.is_closed():
            return
        with contextlib.suppress(TimeoutError):
            self.run(self._finish()).result(2 * _STOP_WITHIN)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_STOP_WITHIN)
        if not self._thread.is_alive():
            self._loop.close()

    async def _finish(self) -> None:
        """Whoever waits for a request learns that it was dropped."""
        await self.transport.aclose()
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others, timeout=_STOP_WITHIN)


class _Process:
    """What this process holds. A forked child starts afresh, but keeps what it inherited from being collected: closing
    it would say goodbye on the parent's TLS connections and take sockets out of the parent's epoll set."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.loop: HttpLoop | None = None
        self.inherited: list[HttpLoop] = []

    def after_fork(self) -> None:
        self.lock = threading.Lock()
        if self.loop is not None:
            self.inherited.append(self.loop)
            self.loop = None

    def close(self) -> None:
        with self.lock:
            if self.loop is not None:
                self.loop.close()
                self.loop = None


_process = _Process()
os.register_at_fork(after_in_child=_process.after_fork)
atexit.register(_process.close)


def http_loop() -> HttpLoop:
    """This process's loop, made at the first call."""
    running = _process.loop
    if running is not None:
        return running
    with _process.lock:
        if _process.loop is None:
            _process.loop = HttpLoop(transport_from_settings())
        return _process.loop


def transport_from_settings() -> CurlTransport:
    """As the settings OUTBOUND_* say; belongs to the loop that first uses it."""
    return CurlTransport(
        addresses=policy_from_settings(), ca_file=settings.OUTBOUND_CA_FILE or None, proxy=proxy_from_settings()
    )


def proxy_from_settings() -> Proxy | None:
    url = settings.OUTBOUND_PROXY
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ImproperlyConfigured("OUTBOUND_PROXY: write it as http://user:password@proxy.example:3128.")
    return Proxy(url, enforces=settings.OUTBOUND_PROXY_ENFORCES)


def policy_from_settings() -> AddressPolicy:
    try:
        allowed = parse_allowed(settings.OUTBOUND_ALLOWED_ADDRESSES)
    except ValueError as error:
        raise ImproperlyConfigured(f"OUTBOUND_ALLOWED_ADDRESSES: {error}") from None
    return AddressPolicy(allowed=allowed, ports=frozenset(settings.OUTBOUND_PORTS))
