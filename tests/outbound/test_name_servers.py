"""Against a real name server on this machine: how long an answer is used, and what comes of none."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from outbound import errors
from outbound.name_servers import LONGEST, SHORTEST, Found, NameServers
from outbound.names import Names
from tests.outbound.conftest import MakeCurl, Serve, fetch
from tests.outbound.dns_server import AAAA, CNAME, NO_SUCH_NAME, SERVER_FAILURE, A, DnsServer, Zone
from tests.outbound.servers import answering, closing, response, silent

pytestmark = pytest.mark.anyio

StartDns = Callable[[Zone], DnsServer]


@pytest.fixture
def dns() -> Iterator[StartDns]:
    servers: list[DnsServer] = []

    def start(zone: Zone) -> DnsServer:
        servers.append(DnsServer(zone))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def leading_to(address: str, ttl: int = 60) -> Zone:
    return lambda name, kind: [(name, A, ttl, address)] if kind == A else []


def ask(host: str, *servers: str, within: float = 5.0) -> Found:
    found: list[Found] = []
    answered = threading.Event()
    name_servers = NameServers(servers)

    def take(answer: Found) -> None:
        found.append(answer)
        answered.set()

    name_servers.ask(host, 80, take)
    answered.wait(within)
    name_servers.close()
    return found[0]


async def seconds_used(host: str, server: DnsServer) -> float:
    found = ask(host, server.address)
    assert found.addresses, found.problem
    return found.until - time.monotonic()


# -- how long an answer is used ----------------------------------------------------------------------------------------


async def test_an_answer_is_used_for_its_ttl_and_asked_for_once(curl: MakeCurl, serve: Serve, dns: StartDns):
    server = serve(closing(response()))
    name_server = dns(leading_to("127.0.0.1", 60))
    transport = curl(server, names=Names(NameServers([name_server.address])))
    for _ in range(3):
        await fetch(transport, server.url(host="hooks.example"))
    assert server.connections == 3
    assert dict(name_server.asked) == {("hooks.example", A): 1, ("hooks.example", AAAA): 1}


async def test_a_name_that_moves_is_followed_after_its_ttl(curl: MakeCurl, serve: Serve, dns: StartDns):
    before = serve(closing(response(b"before")))
    after = serve(closing(response(b"after")), host="127.0.0.2", wanted_port=before.port)
    name_server = dns(leading_to("127.0.0.1", 1))
    transport = curl(before, after, names=Names(NameServers([name_server.address])))
    assert (await fetch(transport, before.url(host="hooks.example"))).content == b"before"
    name_server.zone = leading_to("127.0.0.2", 1)
    await asyncio.sleep(1.1)
    assert (await fetch(transport, before.url(host="hooks.example"))).content == b"after"


async def test_a_connection_that_never_closes_is_left_at_its_age(curl: MakeCurl, serve: Serve, dns: StartDns):
    before = serve(answering(response(b"before"), response(b"before")))
    after = serve(answering(response(b"after")), host="127.0.0.2", wanted_port=before.port)
    name_server = dns(leading_to("127.0.0.1", 1))
    transport = curl(before, after, names=Names(NameServers([name_server.address])), connection_age=1)
    assert (await fetch(transport, before.url(host="hooks.example"))).content == b"before"
    name_server.zone = leading_to("127.0.0.2", 1)
    await asyncio.sleep(2.1)  # libcurl counts whole seconds
    assert (await fetch(transport, before.url(host="hooks.example"))).content == b"after"


async def test_a_name_that_moves_inwards_is_blocked(curl: MakeCurl, serve: Serve, dns: StartDns):
    server, inside = serve(closing(response())), serve(answering(response(b"secret")), host="127.0.0.2")
    name_server = dns(leading_to("127.0.0.1", 0))
    transport = curl(server, names=Names(NameServers([name_server.address])))
    await fetch(transport, server.url(host="hooks.example"))
    name_server.zone = leading_to("127.0.0.2", 0)
    await asyncio.sleep(SHORTEST + 0.1)
    with pytest.raises(errors.BlockedAddress):
        await fetch(transport, server.url(host="hooks.example"))
    assert inside.connections == 0


@pytest.mark.long
async def test_libcurl_keeps_what_it_is_handed_as_long_as_we_do(curl: MakeCurl, serve: Serve, dns: StartDns):
    """By itself it forgets after 60 seconds, and then asks the system, which doesn't know this name."""
    server = serve(closing(response()))
    name_server = dns(leading_to("127.0.0.1", 300))
    transport = curl(server, names=Names(NameServers([name_server.address])))
    await fetch(transport, server.url(host="hooks.example"))
    await asyncio.sleep(61)
    await fetch(transport, server.url(host="hooks.example"))
    assert name_server.asked["hooks.example", A] == 1


@pytest.mark.parametrize(("ttl", "used"), [(0, SHORTEST), (1, 1), (60, 60), (86_400, LONGEST)])
async def test_a_ttl_has_bounds(dns: StartDns, ttl: int, used: float):
    assert await seconds_used("hooks.example", dns(leading_to("192.0.2.1", ttl))) == pytest.approx(used, abs=0.5)


@pytest.mark.parametrize("ttls", [(7, 100, 200), (100, 7, 200), (200, 100, 7)])
async def test_a_chain_of_aliases_is_used_as_long_as_its_shortest_part(dns: StartDns, ttls: tuple[int, int, int]):
    chain = [
        ("hooks.example", CNAME, ttls[0], "edge.example"),
        ("edge.example", CNAME, ttls[1], "pool.example"),
        ("pool.example", A, ttls[2], "192.0.2.1"),
    ]
    assert await seconds_used("hooks.example", dns(lambda name, kind: chain if kind == A else [])) <= 7


async def test_both_kinds_of_addresses_are_found(dns: StartDns):
    records = {A: "192.0.2.1", AAAA: "2001:db8::1"}
    name_server = dns(lambda name, kind: [(name, kind, 60, records[kind])])
    assert set(ask("hooks.example", name_server.address).addresses) == {"192.0.2.1", "2001:db8::1"}


async def test_one_kind_without_an_answer_does_not_spoil_the_other(dns: StartDns):
    name_server = dns(lambda name, kind: [(name, A, 60, "192.0.2.1")] if kind == A else SERVER_FAILURE)
    assert ask("hooks.example", name_server.address).addresses == ("192.0.2.1",)


# -- no answer ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [NO_SUCH_NAME, SERVER_FAILURE, []])
async def test_name_without_an_address(curl: MakeCurl, dns: StartDns, answer: Any):
    names = Names(NameServers([dns(lambda name, kind: answer).address]))
    with pytest.raises(errors.NameNotFound, match=r"hooks\.example") as caught:
        await fetch(curl(names=names), "http://hooks.example/")
    assert caught.value.nothing_sent


async def test_name_server_that_is_not_there(curl: MakeCurl, dns: StartDns):
    gone = dns(leading_to("192.0.2.1"))
    gone.close()
    with pytest.raises(errors.NameNotFound, match="Could not contact DNS servers"):
        await fetch(curl(names=Names(NameServers([gone.address]))), "http://hooks.example/")


async def test_name_server_that_says_nothing(curl: MakeCurl, dns: StartDns):
    silent = dns(lambda name, kind: None)
    threads = threading.active_count()
    names = Names(NameServers([silent.address]))
    transport = curl(names=names)
    began = time.monotonic()
    failed = await asyncio.gather(
        *(fetch(transport, f"http://h{number}.example/") for number in range(50)), return_exceptions=True
    )
    # Known not to be found after 4.5 seconds; on a busy machine the five that a connection may take are over first.
    assert {type(error) for error in failed} <= {errors.NameNotFound, errors.ConnectTimeout}
    assert time.monotonic() - began < 10  # all of them together
    assert threading.active_count() <= threads + 1  # pycares' own


async def test_what_a_name_takes_is_part_of_the_total(curl: MakeCurl, serve: Serve, dns: StartDns):
    """A lease ends when a request must be over: one that took longer would be sent once more beside it."""

    def late(name: str, kind: int) -> Any:
        time.sleep(1.0 if kind == A else 0)
        return [(name, A, 60, "127.0.0.1")] if kind == A else []

    server, took = serve(silent), list[float]()
    transport = curl(server, names=Names(NameServers([dns(late).address])), connect=5.0, total=3.0)
    for number in range(2):
        began = time.monotonic()
        with pytest.raises(errors.AnswerTimeout) as caught:
            await fetch(transport, server.url(host=f"late{number}.example"))
        took.append(time.monotonic() - began)
        assert caught.value.phases.dns >= 1.0
    assert 2.9 < min(took) < 3.9  # added up, four seconds


async def test_lost_question_is_asked_again(dns: StartDns):
    def zone(name: str, kind: int) -> Any:
        return None if name_server.asked[name, kind] == 1 else leading_to("192.0.2.1")(name, kind)

    name_server = dns(zone)
    assert ask("hooks.example", name_server.address).addresses == ("192.0.2.1",)


async def test_closing_ends_the_asking(dns: StartDns):
    found: list[Found] = []
    name_servers = NameServers([dns(lambda name, kind: None).address])
    name_servers.ask("hooks.example", 80, found.append)
    name_servers.close()
    deadline = time.monotonic() + 3
    while not found and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
    assert [answer.addresses for answer in found] == [()]


# -- without a name server ---------------------------------------------------------------------------------------------


def hosts_file() -> list[tuple[str, str]]:
    lines = (line.partition("#")[0].split() for line in Path("/etc/hosts").read_text().splitlines())
    return [(name, address) for address, *names in filter(None, lines) for name in names if "%" not in address]


async def test_hosts_file_comes_first(dns: StartDns):
    name_server = dns(leading_to("192.0.2.1"))
    for name, address in hosts_file():
        assert address in ask(name, name_server.address).addresses
    assert not name_server.asked


async def test_search_domains_complete_a_short_name(dns: StartDns, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOCALDOMAIN", "team.example")
    name_server = dns(
        lambda name, kind: leading_to("192.0.2.1")(name, kind) if name == "hooks.team.example" else NO_SUCH_NAME
    )
    assert ask("hooks", name_server.address).addresses == ("192.0.2.1",)


@pytest.mark.parametrize(
    ("spelling", "address"),
    [
        ("127.1", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0177.1", "127.0.0.1"),
        ("::1", "::1"),
    ],
)
async def test_numbers_are_not_asked_for(dns: StartDns, spelling: str, address: str):
    name_server = dns(lambda name, kind: NO_SUCH_NAME)
    assert ask(spelling, name_server.address).addresses == (address,)
    assert not name_server.asked


async def test_this_machine_is_known():
    assert "127.0.0.1" in ask("localhost").addresses


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..b", "x" * 300, "\ud800.example"])
async def test_what_is_no_name_is_said_at_once(dns: StartDns, host: str):
    name_server = dns(leading_to("192.0.2.1"))
    found = ask(host, name_server.address)
    assert (found.addresses, bool(found.problem), bool(name_server.asked)) == ((), True, False)
