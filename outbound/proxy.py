"""An outgoing HTTP proxy (CONNECT): who judges the addresses that are dialled beyond it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from outbound.addresses import PERMITTED, AddressPolicy, Verdict, judge


@dataclass(frozen=True, slots=True)
class Proxy:
    """`url` is http://[user:password@]host:port, or https://.

    Names are looked up and judged here, and the proxy is asked for the address (`CONNECT 192.0.2.1:443`): it can't be
    led elsewhere by an answer of its own. `enforces`: the operator declares that the proxy keeps the address policy;
    then it gets the name, and nothing is looked up or judged here.
    """

    url: str = field(repr=False)
    enforces: bool = False


def first_permitted(addresses: Iterable[str], port: int, policy: AddressPolicy) -> tuple[str, Verdict]:
    """The first address that may be dialled, or "" and why the last one may not. Addresses are numbers."""
    verdict = PERMITTED
    for address in addresses:
        verdict = judge(address, port, policy)
        if verdict.permitted:
            return address, verdict
    return "", verdict


def tunnel_line(host: str, port: int, address: str) -> str:
    """A line of CURLOPT_CONNECT_TO: the tunnel leads to the address, while TLS and Host keep the name."""
    return f"{_bracketed(host)}:{port}:{_bracketed(address)}:{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
