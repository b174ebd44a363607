"""Whether a host could be dialled, told before anything is sent: its name is looked up, its addresses are judged."""

import functools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from outbound.addresses import AddressPolicy, judge
from outbound.loop import policy_from_settings, proxy_from_settings
from outbound.name_servers import Found, NameServers
from outbound.refusals import refusal_told

WITHIN = 1.5  # seconds that a page waits for a name
_REMEMBERED = 30  # seconds

LookUp = Callable[[str, int], tuple[str, ...]]


@dataclass(frozen=True)
class HostJudged:
    """``blocked``: why no address of the host may be dialled, in words for everybody. ``port_closed``: because of the
    port. ``unknown``: it has no address that could be found."""

    blocked: str = ""
    port_closed: bool = False
    unknown: bool = False


def host_judged(host: str, port: int, *, lookup: LookUp, policy: AddressPolicy | None = None) -> HostJudged:
    """Waits for the name at most ``WITHIN`` seconds. One good address is enough: the others are passed over.

    Says nothing against any host where a proxy is declared to judge.
    """
    proxy = proxy_from_settings()
    if proxy is not None and proxy.enforces:
        return HostJudged()
    policy = policy or policy_from_settings()
    addresses = lookup(host, port)
    if not addresses:
        return HostJudged(unknown=True)
    verdicts = [judge(address, port, policy) for address in addresses]
    if any(verdict.permitted for verdict in verdicts):
        return HostJudged()
    refused = verdicts[0]
    words = refusal_told(host, port, refused, called="it")
    return HostJudged(words, port_closed=refused.blocked == "port")


def look_up(host: str, port: int) -> tuple[str, ...]:
    """The host's addresses; none where its name isn't found in time. Remembered for half a minute."""
    return _looked_up(host, port, int(time.monotonic() / _REMEMBERED))


@functools.lru_cache(maxsize=256)
def _looked_up(host: str, port: int, half_minute: int) -> tuple[str, ...]:
    """Asks by name servers of its own, so that a forked process needs none of its parent's."""
    found: list[Found] = []
    answered = threading.Event()

    def take(answer: Found) -> None:
        found.append(answer)
        answered.set()

    name_servers = NameServers()
    name_servers.ask(host, port, take)
    answered.wait(WITHIN)
    name_servers.close()
    return found[0].addresses if found else ()
