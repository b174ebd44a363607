import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbound.addresses import AddressPolicy, judge, parse_allowed

POLICY = AddressPolicy()


@pytest.mark.parametrize(
    "ip",
    [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.215.14",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "168.63.129.15",
        "2606:4700::1111",
        "2a00:1450:4001:80b::200e",
        "2001:200::1",
        "2001:4860:4860::8888",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ],
)
def test_public_address_is_permitted(ip: str):
    assert judge(ip, 443, POLICY).permitted


@pytest.mark.parametrize(
    ("ip", "name"),
    [
        ("0.0.0.0", "this network"),
        ("0.1.2.3", "this network"),
        ("10.0.0.0", "private"),
        ("10.255.255.255", "private"),
        ("100.64.0.0", "carrier-grade NAT"),
        ("100.100.100.200", "cloud metadata"),
        ("100.127.255.255", "carrier-grade NAT"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.255", "loopback"),
        ("168.63.129.16", "cloud metadata"),
        ("169.254.169.254", "cloud metadata"),
        ("169.254.0.1", "link-local"),
        ("172.16.0.0", "private"),
        ("172.31.255.255", "private"),
        ("192.0.0.191", "protocol assignments"),
        ("192.0.0.192", "cloud metadata"),
        ("192.0.2.1", "documentation"),
        ("192.88.99.1", "6to4 relay"),
        ("192.168.0.1", "private"),
        ("198.18.0.1", "benchmarking"),
        ("198.19.255.255", "benchmarking"),
        ("198.51.100.1", "documentation"),
        ("203.0.113.1", "documentation"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "broadcast"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("fc00::1", "private"),
        ("fdff::1", "private"),
        ("fd00:ec2::254", "cloud metadata"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("febf::1", "link-local"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
        ("100::1", "discard-only"),
        ("2001::1", "this network"),  # Teredo whose server is 0.0.0.0
        ("2001:0:808:808::f7f7:f7f7", "Teredo tunnel"),
        ("2001:2::1", "benchmarking"),
        ("2001:10::1", "overlay identifier"),
        ("2001:20::1", "overlay identifier"),
        ("2001:2f:ffff::1", "overlay identifier"),
        ("2001:1ff::1", "protocol assignments"),
        ("2001:db8::1", "documentation"),
        ("3fff::1", "documentation"),
        ("64:ff9b:1::1", "local NAT64"),
        ("4000::1", "reserved"),
        ("5f00::1", "reserved"),
        ("1::1", "reserved"),
    ],
)
def test_special_address_is_blocked_by_name(ip: str, name: str):
    verdict = judge(ip, 443, POLICY)
    assert (verdict.blocked, verdict.permitted) == ("address", False)
    assert f"({name})" in verdict.reason


@pytest.mark.parametrize(
    ("ip", "name"),
    [
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:a9fe:a9fe", "cloud metadata"),
        ("::ffff:0:10.0.0.1", "private"),
        ("::10.0.0.1", "private"),
        ("64:ff9b::7f00:1", "loopback"),
        ("64:ff9b::a9fe:a9fe", "cloud metadata"),
        ("2002:7f00:1::1", "loopback"),
        ("2002:a9fe:a9fe::", "cloud metadata"),
        ("2002:c0a8:1::1", "private"),
        ("2001:0:808:808::80ff:fffe", "loopback"),  # Teredo: client 127.0.0.1 with its bits flipped
        ("2001:0:a00:1::f7f7:f7f7", "private"),  # Teredo: server 10.0.0.1
    ],
)
def test_wrapped_address_is_judged_by_what_it_wraps(ip: str, name: str):
    assert f"({name})" in judge(ip, 443, POLICY).reason


@pytest.mark.parametrize("ip", ["", "localhost", "127.1", "1.2.3", "0x7f.0.0.1", "[::1]", "1.1.1.1 ", "１.1.1.1"])
def test_what_is_not_an_address_is_blocked(ip: str):
    assert judge(ip, 443, POLICY).blocked == "address"


@pytest.mark.parametrize(("port", "permitted"), [(80, True), (443, True), (22, False), (8080, False), (0, False)])
def test_ports(port: int, permitted: bool):
    verdict = judge("1.1.1.1", port, POLICY)
    assert (verdict.permitted, verdict.blocked) == (permitted, "" if permitted else "port")


@pytest.mark.parametrize(
    ("ip", "port", "permitted"),
    [
        ("127.0.0.1", 9000, True),
        ("127.0.0.1", 9001, False),
        ("127.0.0.1", 80, False),
        ("127.0.0.2", 9000, False),
        ("::ffff:127.0.0.1", 9000, False),
        ("::1", 9000, True),
        ("0:0:0:0:0:0:0:1", 9000, True),
        ("1.1.1.1", 9000, False),
        ("1.1.1.1", 25, True),
    ],
)
def test_allowance_is_for_the_exact_address_and_port(ip: str, port: int, permitted: bool):
    policy = AddressPolicy(allowed=parse_allowed(["127.0.0.1:9000", " [::0001]:9000 ", "", "1.1.1.1:25"]))
    assert judge(ip, port, policy).permitted is permitted


@pytest.mark.parametrize(
    "entry",
    ["127.0.0.1", "localhost:80", "127.0.0.1:0", "127.0.0.1:65536", "::1:80", "[1.1.1.1]:80", "x",
     "10.0.0.0/8", "10.1.2.3/8:80", "10.0.0.0/33:80", "fd00::/8:80", "[fd00::1/8]:80", "[fd00::]/8:80", "/8:80"],
)  # fmt: skip
def test_entry_that_cannot_be_read_is_named(entry: str):
    with pytest.raises(ValueError) as caught:
        parse_allowed([entry])
    assert repr(entry) in str(caught.value)


@pytest.mark.parametrize(
    ("ip", "port", "permitted"),
    [
        ("10.1.0.0", 8443, True),
        ("10.1.255.255", 8443, True),
        ("10.1.2.3", 443, False),
        ("10.2.0.0", 8443, False),
        ("10.0.255.255", 8443, False),
        ("::ffff:10.1.2.3", 8443, False),
        ("2002:a01:203::1", 8443, False),
        ("fd00::1", 443, True),
        ("fd00::1", 80, False),
        ("fd00:ec2::254", 443, False),
        ("169.254.1.1", 80, True),
        ("169.254.169.254", 80, False),
        ("1.1.1.1", 8443, False),
    ],
)
def test_allowed_range_is_for_its_port_and_never_for_metadata(ip: str, port: int, permitted: bool):
    ranges = ["10.1.0.0/16:8443", "[fd00::/8]:443", "169.254.0.0/16:80"]
    assert judge(ip, port, AddressPolicy(allowed=parse_allowed(ranges))).permitted is permitted


METADATA_4 = [
    "100.100.100.200", "168.63.129.16", "169.254.0.23", "169.254.42.42", "169.254.169.254", "169.254.170.2",
    "169.254.170.23", "192.0.0.192",
]  # fmt: skip
METADATA_6 = [
    "fd00:100::100:200", "fd00:42::42", "fd00:a9fe:a9fe::1", "fd00:c1::a9fe:a9fe", "fd00:ec2::23", "fd00:ec2::254",
    "fd20:ce::254", "fe80::a9fe:a9fe",
]  # fmt: skip
EVERYTHING = AddressPolicy(allowed=parse_allowed(["0.0.0.0/0:80", "[::/0]:80"]))


@pytest.mark.parametrize("ip", METADATA_6 + METADATA_4)
def test_no_range_opens_a_metadata_service(ip: str):
    assert "(cloud metadata)" in judge(ip, 80, EVERYTHING).reason
    assert judge(ip, 80, AddressPolicy(allowed=parse_allowed([f"[{ip}]:80" if ":" in ip else f"{ip}:80"]))).permitted


@pytest.mark.parametrize("ip", METADATA_4)
@pytest.mark.parametrize("prefix", ["::ffff:", "::ffff:0:", "::", "64:ff9b::", "64:ff9b:1::", "fd64::"])
def test_no_range_opens_a_metadata_service_that_is_wrapped(ip: str, prefix: str):
    assert "(cloud metadata)" in judge(prefix + ip, 80, EVERYTHING).reason


@pytest.mark.parametrize("ip", ["100.100.100.201", "169.254.170.3", "192.0.0.191", "fd20:ce::253", "fd64::10.0.0.1"])
def test_a_range_opens_what_is_beside_a_metadata_service(ip: str):
    assert judge(ip, 80, EVERYTHING).permitted


def test_metadata_must_be_named_itself():
    policy = AddressPolicy(allowed=parse_allowed(["169.254.0.0/16:80", "169.254.169.254:80"]))
    assert judge("169.254.169.254", 80, policy).permitted


@given(st.ip_addresses(v=4))
def test_wrapping_never_opens_what_is_closed(address):
    number = int(address)
    plain = judge(str(address), 443, POLICY).permitted
    high, low = f"{number >> 16:x}", f"{number & 0xFFFF:x}"
    for wrapped in (f"::ffff:{high}:{low}", f"64:ff9b::{high}:{low}", f"2002:{high}:{low}::1"):
        assert judge(wrapped, 443, POLICY).permitted is plain
