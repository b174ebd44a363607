"""Drives libcurl's multi handle from one asyncio loop.

libcurl's sockets live in an epoll set of our own, and that set's descriptor is the loop's only reader: at thousands of
requests a second this costs a fraction of a reader for each socket.
"""

import asyncio
import contextlib
import os
import select
import socket
import time

import pycurl

from outbound.transfer import Transfer

_EVENTS_AT_ONCE = 256
_TOLERANCE = 0.001  # seconds; a timer that fires this early isn't set anew
_INTEREST = {
    pycurl.POLL_IN: select.EPOLLIN,
    pycurl.POLL_OUT: select.EPOLLOUT,
    pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
}


class Driver:
    """Runs transfers; each one's future gets its libcurl result code. Belongs to the loop that was running first."""

    def __init__(self, connections: int) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._epoll = select.epoll()
        self._watched: set[int] = set()
        self._running: dict[pycurl.Curl, Transfer] = {}
        self._due: float | None = None  # when libcurl wants to be called at the latest
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._called_soon = False
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)
        self._multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_due)
        # Looked up once: pycurl takes longer to find its methods than to begin most of them.
        self._add, self._remove = self._multi.add_handle, self._multi.remove_handle
        self._act, self._read = self._multi.socket_action, self._multi.info_read

    def start(self, transfer: Transfer) -> asyncio.Future[int]:
        """Begins a loaded transfer. Raises RuntimeError on another loop than the first call's."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._attach(loop)
        transfer.future = loop.create_future()
        self._add(transfer.handle)
        self._running[transfer.handle] = transfer
        self._arm()
        return transfer.future

    def stop(self, transfer: Transfer) -> None:
        """Takes out a transfer that is no longer wanted; its connection is closed if it was in use."""
        if self._running.pop(transfer.handle, None) is not None:
            self._remove(transfer.handle)

    def close(self) -> None:
        """Ends all transfers as aborted and closes every connection."""
        if self._epoll.closed:
            return
        for handle in tuple(self._running):
            self._finish(handle, pycurl.E_ABORTED_BY_CALLBACK, "The transport was closed.")
        if self._timer is not None:
            self._timer.cancel()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._epoll.fileno())
        self._multi.close()
        self._epoll.close()

    def _attach(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._loop is not None:
            raise RuntimeError("This transport belongs to another event loop: use one transport for each loop.")
        self._loop = loop
        loop.add_reader(self._epoll.fileno(), self._advance)

    # -- called by libcurl -------------------------------------------------------------------------------------------

    def _watch_socket(self, what: int, descriptor: int, multi: pycurl.CurlMulti, data: object) -> None:
        """A socket that is watched no more stays in the set for the next request on its connection: putting it in
        costs more than changing it. A closed one leaves the set by itself."""
        if what == pycurl.POLL_REMOVE:
            self._watched.discard(descriptor)
            return
        self._watched.add(descriptor)
        try:
            self._epoll.modify(descriptor, _INTEREST[what])
        except FileNotFoundError:
            self._epoll.register(descriptor, _INTEREST[what])

    def _set_due(self, milliseconds: int) -> None:
        self._due = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    # -- called by the loop ------------------------------------------------------------------------------------------

    def _advance(self) -> None:
        self._called_soon = False
        act = self._act
        for descriptor, events in self._epoll.poll(0, _EVENTS_AT_ONCE):
            if descriptor not in self._watched:
                self._forget_socket(descriptor)
                continue
            readable = pycurl.CSELECT_IN if events & ~select.EPOLLOUT else 0
            writable = pycurl.CSELECT_OUT if events & select.EPOLLOUT else 0
            act(descriptor, readable | writable)
        if self._due is not None and self._due <= time.monotonic():
            self._due = None
            act(pycurl.SOCKET_TIMEOUT, 0)
        self._collect()
        self._arm()

    def _forget_socket(self, descriptor: int) -> None:
        """Of an idle connection nothing is expected; that it was closed, libcurl finds out before it uses it again."""
        with contextlib.suppress(OSError):  # closed meanwhile
            self._epoll.unregister(descriptor)

    def _collect(self) -> None:
        waiting = 1
        while waiting:
            waiting, done, failed = self._read(_EVENTS_AT_ONCE)
            for handle in done:
                self._finish(handle, pycurl.E_OK, "")
            for handle, code, message in failed:
                self._finish(handle, code, message)

    def _finish(self, handle: pycurl.Curl, code: int, message: str) -> None:
        transfer = self._running.pop(handle)
        if code == pycurl.E_OPERATION_TIMEDOUT:
            self._shut_if_silent(handle)
        self._remove(handle)
        transfer.message = message
        if not transfer.future.done():
            transfer.future.set_result(code)

    def _shut_if_silent(self, handle: pycurl.Curl) -> None:
        """libcurl keeps an HTTP/2 connection on which an answer didn't come in time, and the next request would wait on
        it in vain if a firewall forgot it. While others wait on it, only this answer may be slow."""
        descriptor = handle.getinfo(pycurl.ACTIVESOCKET)
        if descriptor < 0 or any(other.getinfo(pycurl.ACTIVESOCKET) == descriptor for other in self._running):
            return
        with socket.socket(fileno=os.dup(descriptor)) as connection, contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)  # libcurl sees the end of it before it uses it again

    def _arm(self) -> None:
        """Sees to it that `_advance` runs when libcurl wants it. A timer that fires too early costs one empty turn."""
        if self._due is None or self._called_soon or self._loop is None:
            return
        wait = self._due - time.monotonic()
        if wait <= 0:
            self._called_soon = True
            self._loop.call_soon(self._advance)
        elif self._timer is None or self._due < self._timer_at - _TOLERANCE:
            if self._timer is not None:
                self._timer.cancel()
            self._timer_at = self._due
            self._timer = self._loop.call_later(wait, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._advance()
