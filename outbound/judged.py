"""Whether a host could be dialled, told before anything is sent: its name is looked up, its addresses are judged."""

import functools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from outbound.addresses import AddressPolicy, judge
from outbound.loop import policy_from_settings
from outbound.names import ask_system

WITHIN = 1.5  # seconds that a page waits for a name
_REMEMBERED = 30  # seconds

LookUp = Callable[[str, int], tuple[str, ...]]


@dataclass(frozen=True)
class HostJudged:
    """``blocked``: why no address of the host may be dialled. ``unknown``: it has no address that could be found."""

    blocked: str = ""
    unknown: bool = False


def host_judged(host: str, port: int, *, lookup: LookUp, policy: AddressPolicy | None = None) -> HostJudged:
    """Waits for the name at most ``WITHIN`` seconds. One good address is enough: the others are passed over."""
    policy = policy or policy_from_settings()
    addresses = lookup(host, port)
    if not addresses:
        return HostJudged(unknown=True)
    verdicts = [judge(address, port, policy) for address in addresses]
    return HostJudged("" if any(not verdict.blocked for verdict in verdicts) else verdicts[0].reason)


def look_up(host: str, port: int) -> tuple[str, ...]:
    """The host's addresses; none where its name isn't found in time. Remembered for half a minute."""
    return _looked_up(host, port, int(time.monotonic() / _REMEMBERED))


@functools.lru_cache(maxsize=256)
def _looked_up(host: str, port: int, half_minute: int) -> tuple[str, ...]:
    """In a thread of its own, since the system's lookup can't be told when to give up."""
    found: list[tuple[str, ...]] = []
    asking = threading.Thread(target=lambda: found.append(ask_system(host, port).addresses), daemon=True)
    asking.start()
    asking.join(WITHIN)
    return tuple(address.strip("[]") for address in found[0]) if found else ()
