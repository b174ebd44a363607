"""Which addresses may be dialled. Pure: the transport asks about the very address it is about to connect to.

The ranges are our own list: `ipaddress.is_private` and `is_global` change between Python releases and let 6to4,
NAT64 and carrier-grade NAT pass (IANA special-purpose address registries; RFC 6890).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_METADATA = "cloud metadata"

# Where the machines of a cloud ask for their settings and credentials.
_METADATA_4 = (
    "100.100.100.200",  # Alibaba
    "168.63.129.16",  # Azure's host, a public number that only leads inside
    "169.254.0.23",  # Tencent
    "169.254.42.42",  # Scaleway
    "169.254.169.254",  # most of them
    "169.254.170.2",  # containers of Amazon's ECS
    "169.254.170.23",  # pods of Amazon's EKS
    "192.0.0.192",  # Oracle
)
_METADATA_6 = (
    "fd00:100::100:200",  # Alibaba
    "fd00:42::42",  # Scaleway
    "fd00:a9fe:a9fe::1",  # Akamai (Linode)
    "fd00:c1::a9fe:a9fe",  # Oracle
    "fd00:ec2::23",  # pods of Amazon's EKS
    "fd00:ec2::254",  # Amazon
    "fd20:ce::254",  # Google
    "fe80::a9fe:a9fe",  # OpenStack
)

_RANGES_4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), name)
    for network, name in (
        *((number, _METADATA) for number in _METADATA_4),
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
    )
)

_RANGES_6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), name)
    for network, name in (
        *((number, _METADATA) for number in _METADATA_6),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "local NAT64"),
        ("100::/64", "discard-only"),
        ("2001:2::/48", "benchmarking"),
        ("2001:10::/28", "overlay identifier"),
        ("2001:20::/28", "overlay identifier"),
        ("2001::/32", "Teredo tunnel"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)

_GLOBAL_UNICAST = IPv6Network("2000::/3")  # all that IANA gives out; the rest of the space is reserved
_6TO4 = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")
_EMBEDDING_LAST_32_BITS = tuple(
    IPv6Network(network)
    for network in (
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated (RFC 2765)
        "64:ff9b::/96",  # NAT64
        "::/96",  # IPv4-compatible
    )
)


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Public addresses on `ports` may be dialled; any other only if `allowed` holds it with the very port.

    Addresses and ranges in `allowed` are written in their canonical form, as `parse_allowed` gives them. A range never
    opens a metadata service, which gives out a machine's credentials: that one must be named itself.
    """

    allowed: frozenset[tuple[str, int]] = frozenset()
    ports: frozenset[int] = frozenset({80, 443})
    _ranges: tuple[tuple[Network, int], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ranges = tuple((ip_network(text), port) for text, port in self.allowed if "/" in text)
        object.__setattr__(self, "_ranges", ranges)

    def in_allowed_range(self, address: Address, port: int) -> bool:
        return any(port == of_range and address in network for network, of_range in self._ranges)


class Verdict(NamedTuple):
    """`blocked` is "" when the address may be dialled, else "address" or "port"; `reason` says why, for a log."""

    blocked: str = ""
    reason: str = ""

    @property
    def permitted(self) -> bool:
        return not self.blocked


PERMITTED = Verdict()


def judge(ip: str, port: int, policy: AddressPolicy) -> Verdict:
    """Says whether `ip` (a number, never a name) may be dialled on `port`. Anything unreadable may not."""
    try:
        address = ip_address(ip.partition("%")[0])
    except ValueError:
        return Verdict("address", f"{ip!r} is not an IP address")
    if (str(address), port) in policy.allowed:
        return PERMITTED
    name = range_name(address)
    if name != _METADATA and policy.in_allowed_range(address, port):
        if not _ends_as_metadata(address):
            return PERMITTED
        name = name and _METADATA
    if name:
        return Verdict("address", f"{address} is not a public address ({name})")
    if port not in policy.ports:
        return Verdict("port", f"port {port} is not open for sending")
    return PERMITTED


def range_name(address: Address) -> str:
    """The special range that `address`, or an IPv4 address wrapped in it, belongs to; "" for a public one."""
    if isinstance(address, IPv4Address):
        return next((name for network, name in _RANGES_4 if address in network), "")
    own = next((name for network, name in _RANGES_6 if address in network), "")
    if own == "unspecified" or own == "loopback":
        return own
    embedded = embedded_addresses(address)
    inner = next(filter(None, map(range_name, embedded)), "")
    if inner or own:
        return inner or own
    return "" if embedded or address in _GLOBAL_UNICAST else "reserved"


def _ends_as_metadata(address: Address) -> bool:
    """Whether the last 32 bits are a metadata service's: a network may have a NAT64 prefix of its own (RFC 6052), which
    leads to IPv4 out of any range."""
    return isinstance(address, IPv6Address) and str(IPv4Address(int(address) & 0xFFFFFFFF)) in _METADATA_4


def embedded_addresses(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that a mapped, compatible, NAT64, 6to4 or Teredo address leads to."""
    number = int(address)
    if address in _6TO4:
        return (IPv4Address(number >> 80 & 0xFFFFFFFF),)
    if address in _TEREDO:  # server, then the client with its bits flipped (RFC 4380, section 4)
        return (IPv4Address(number >> 64 & 0xFFFFFFFF), IPv4Address(number & 0xFFFFFFFF ^ 0xFFFFFFFF))
    if any(address in network for network in _EMBEDDING_LAST_32_BITS):
        return (IPv4Address(number & 0xFFFFFFFF),)
    return ()


def parse_allowed(entries: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Reads addresses and ranges with their port: "127.0.0.1:9000", "[::1]:9000", "10.1.0.0/16:443", "[fd00::/8]:443".

    Raises ValueError that names the entry it can't read.
    """
    return frozenset(_parse_entry(entry.strip()) for entry in entries if entry.strip())


def _parse_entry(entry: str) -> tuple[str, int]:
    host, colon, port = entry.rpartition(":")
    try:
        if not colon or not 0 < int(port) < 65536 or (":" in host) != host.startswith("["):
            raise ValueError
        return _canonical(host.removeprefix("[").removesuffix("]")), int(port)
    except ValueError:
        raise ValueError(
            f"{entry!r} is not an address to allow: write an IP address or a range, and a port, as 127.0.0.1:9000, "
            "[::1]:9000, 10.1.0.0/16:443 or [fd00::/8]:443. A range begins at its own first address."
        ) from None


def _canonical(host: str) -> str:
    return str(ip_network(host)) if "/" in host else str(ip_address(host))
