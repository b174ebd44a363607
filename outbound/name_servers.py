"""Asks the hosts file and the name servers by c-ares, which tells how long an answer holds and can be told to stop
(docs/decisions/0003). The system's getaddrinfo does neither: it holds a thread until its name server answers."""

import contextlib
import re
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pycares

# Seconds that an answer is used: as long as its TTL says, but not asked for each request, nor kept for days.
SHORTEST, LONGEST = 1.0, 300.0
_FRESH_FAILURE = 2.0  # seconds
# Seconds to the second question, which waits twice as long: with one name server a name that can't be looked up is
# known to be so within the five seconds that a connection may take.
_FIRST_TRY, _TRIES = 1.5, 2
_NUMERIC = re.compile(r"[0-9a-f.]*:[0-9a-f:.]*|(?:.*\.)?(?:0x[0-9a-f]*|[0-9]+)\.?", re.IGNORECASE)


@dataclass(slots=True)
class Found:
    """What a lookup gave: addresses as numbers, or the problem. `handed_over` once libcurl has it."""

    addresses: tuple[str, ...]
    problem: str
    until: float
    handed_over: bool = False


Answered = Callable[[Found], None]


def is_number(host: str) -> bool:
    """Whether `host` is an address in any of its spellings, or nothing that a name server could know."""
    return _NUMERIC.fullmatch(host) is not None


class NameServers:
    """Those of /etc/resolv.conf with its search domains, after /etc/hosts. `servers` as "127.0.0.1:5353" (tests)."""

    def __init__(self, servers: Sequence[str] = ()) -> None:
        self._servers = servers
        self._channel: pycares.Channel | None = None

    def ask(self, host: str, port: int, answered: Answered) -> None:
        """Returns at once. `answered` is called once, now or later in another thread; at the latest by `close`."""
        if numbers := _numbers(host, port):
            answered(Found(numbers, "", time.monotonic() + LONGEST))
            return
        try:
            self._open().getaddrinfo(
                host, port, type=socket.SOCK_STREAM, callback=lambda result, error: answered(_found(result, error))
            )
        except (pycares.AresError, UnicodeError) as error:
            answered(_failed(str(error)))

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _open(self) -> pycares.Channel:
        """Made late: a channel has a thread, which a forked child doesn't inherit."""
        if self._channel is None:
            self._channel = pycares.Channel(timeout=_FIRST_TRY, tries=_TRIES, servers=self._servers or None)
        return self._channel


def _numbers(host: str, port: int) -> tuple[str, ...]:
    """A number in its canonical form; c-ares knows only dotted ones."""
    if is_number(host):
        with contextlib.suppress(OSError):
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
            return tuple(str(address[0]) for *_, address in answers if "%" not in str(address[0]))
    return ()


def _found(result: Any, error: int | None) -> Found:
    if error is not None:
        return _failed(str(pycares.errno.strerror(error)))
    addresses = tuple(dict.fromkeys(node.addr[0].decode("ascii") for node in result.nodes))
    numbers = tuple(address for address in addresses if "%" not in address)
    return Found(numbers, "", time.monotonic() + _fresh(result)) if numbers else _failed("no address")


def _fresh(result: Any) -> float:
    """An answer holds as long as the least of it: each alias on the way has a TTL of its own (RFC 1034, 3.6.2). The
    hosts file says 0."""
    ttl = min((part.ttl for part in (*result.nodes, *result.cnames)), default=0)
    return min(max(ttl, SHORTEST), LONGEST)


def _failed(problem: str) -> Found:
    return Found((), problem, time.monotonic() + _FRESH_FAILURE)
