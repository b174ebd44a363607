"""What a refused address is called: all of it to the operator, to others nothing that only a name server knows."""

import logging
import time

import pytest

from outbound import errors, refusals
from outbound.addresses import AddressPolicy, judge
from outbound.judged import host_judged
from outbound.name_servers import Found
from outbound.names import Names
from outbound.proxy import Proxy
from outbound.refusals import refusal_told
from outbound.transport import CurlTransport
from tests.outbound.conftest import MakeCurl, fetch
from tests.outbound.resolvers import Told

pytestmark = pytest.mark.anyio
POLICY = AddressPolicy()
NAMED = "inside.example leads to an address that isn't public"


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> pytest.LogCaptureFixture:
    monkeypatch.setattr(refusals, "_told", refusals.Told())
    caplog.set_level(logging.INFO, logger="outbound.refusals")
    return caplog


def inside(*addresses: str) -> Names:
    return Names(Told(lambda host, port: Found(addresses, "", time.monotonic() + 30)))


@pytest.mark.parametrize("address", ["10.1.2.3", "169.254.169.254", "127.0.0.1", "fd00::7"])
async def test_what_a_name_leads_to_stands_in_the_log_alone(
    curl: MakeCurl, log: pytest.LogCaptureFixture, address: str
) -> None:
    url = "http://user:Pl4nted@inside.example/path?token=Pl4nted"
    with pytest.raises(errors.BlockedAddress) as caught:
        await fetch(curl(names=inside(address)), url)
    assert (str(caught.value), caught.value.address) == (NAMED, "")
    (record,) = log.records
    assert record.getMessage() == f"Refused inside.example:80: {judge(address, 80, POLICY).reason}"


async def test_through_a_proxy_it_is_the_same(log: pytest.LogCaptureFixture) -> None:
    transport = CurlTransport(addresses=POLICY, names=inside("10.1.2.3"), proxy=Proxy("http://proxy.example:3128"))
    with pytest.raises(errors.BlockedAddress) as caught:
        await fetch(transport, "https://inside.example/")
    await transport.aclose()
    assert (str(caught.value), caught.value.address) == (NAMED, "")
    assert "Refused inside.example:443: 10.1.2.3 is not a public address (private)" in log.text


async def test_of_several_addresses_none_is_told(curl: MakeCurl) -> None:
    with pytest.raises(errors.BlockedAddress) as caught:
        await fetch(curl(names=inside("10.1.2.3", "fd00::7", "127.0.0.1")), "http://inside.example/")
    assert str(caught.value) == NAMED


@pytest.mark.parametrize("host", ["10.1.2.3", "[fd00::7]", "169.254.169.254"])
async def test_an_address_that_was_typed_is_repeated(curl: MakeCurl, host: str) -> None:
    with pytest.raises(errors.BlockedAddress) as caught:
        await fetch(curl(), f"http://{host}/")
    assert str(caught.value) == judge(host.strip("[]"), 80, POLICY).reason


async def test_before_a_launch_it_is_the_same(log: pytest.LogCaptureFixture) -> None:
    judged = host_judged("inside.example", 443, lookup=lambda host, port: ("10.1.2.3", "fd00::7"), policy=POLICY)
    assert judged.blocked == NAMED.replace("inside.example", "it")
    assert "Refused inside.example:443: 10.1.2.3 is not a public address (private)" in log.text
    typed = host_judged("10.1.2.3", 443, lookup=lambda host, port: (host,), policy=POLICY)
    assert typed.blocked == "10.1.2.3 is not a public address (private)"


def test_a_port_is_the_url_s_own() -> None:
    verdict = judge("93.184.216.34", 25, POLICY)
    assert refusal_told("hooks.example", 25, verdict) == "port 25 is not open for sending"


def test_who_chooses_hosts_can_not_fill_the_log(log: pytest.LogCaptureFixture) -> None:
    verdict = judge("10.1.2.3", 443, POLICY)
    for number in range(500):
        for _ in range(3):
            refusal_told(f"u{number}.example", 443, verdict)
    assert [record.args[0] for record in log.records if isinstance(record.args, tuple)] == [
        f"u{number}.example" for number in range(refusals.LINES_A_MINUTE)
    ]


def test_a_minute_later_it_is_told_again(log: pytest.LogCaptureFixture) -> None:
    told = refusals.Told()
    line = ("inside.example", 443, "10.1.2.3 is not a public address (private)")
    assert [told.is_new(line, now) for now in (0.0, 59.0, 60.0, 61.0, 300.0)] == [True, False, True, False, True]
