import asyncio
import time
from collections.abc import Callable
from functools import partial

import pytest

from outbound import errors
from outbound.name_servers import Answered, Found, is_number
from outbound.names import Names

pytestmark = pytest.mark.anyio


class Resolver:
    """A name server that hangs for some names until it is let go."""

    def __init__(self, *hanging: str, fresh: float = 30.0) -> None:
        self.asked: list[str] = []
        self.waiting: list[Callable[[], None]] = []
        self._hanging = hanging
        self._fresh = fresh

    def ask(self, host: str, port: int, answered: Answered) -> None:
        self.asked.append(host)
        until = time.monotonic() + self._fresh
        found = Found((), "unknown", until) if "wrong" in host else Found(("192.0.2.1", "2001:db8::1"), "", until)
        if host in self._hanging:
            self.waiting.append(partial(answered, found))
        else:
            answered(found)

    def let_go(self) -> None:
        for answer in self.waiting:
            answer()

    def close(self) -> None:
        self.waiting.clear()


async def test_line_for_libcurl():
    names = Names(Resolver())
    assert not names.fresh("a.example", 443)
    assert await names.find("a.example", 443, within=1) == "+a.example:443:192.0.2.1,[2001:db8::1]"
    assert names.fresh("a.example", 443)
    assert not names.fresh("a.example", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "127.1", "::1", "fe80::1", "1.2.3.4."])
def test_numbers_need_no_lookup(host: str):
    assert is_number(host)


@pytest.mark.parametrize("host", ["localhost", "server1", "1.example", "face.example", "0x7.example"])
def test_names_need_one(host: str):
    assert not is_number(host)


async def test_many_requests_ask_once():
    resolver = Resolver("slow.example")
    names = Names(resolver)
    asking = asyncio.gather(*[names.find("slow.example", 80, within=5) for _ in range(50)])
    await asyncio.sleep(0.05)
    resolver.let_go()
    assert len(set(await asking)) == 1
    assert resolver.asked == ["slow.example"]


async def test_hanging_names_hold_up_only_themselves():
    hanging = [f"h{number}.example" for number in range(100)]
    resolver = Resolver(*hanging)
    names = Names(resolver)
    asking = [asyncio.create_task(names.find(host, 80, within=5)) for host in hanging]
    await asyncio.sleep(0)
    began = time.monotonic()
    await names.find("good.example", 80, within=5)
    assert time.monotonic() - began < 3
    resolver.let_go()
    await asyncio.gather(*asking)


async def test_lookup_ends_with_its_time_and_the_next_one_profits():
    resolver = Resolver("slow.example")
    names = Names(resolver)
    with pytest.raises(errors.ConnectTimeout) as caught:
        await names.find("slow.example", 80, within=0.1)
    assert (caught.value.nothing_sent, caught.value.phases.dns > 0.05) == (True, True)
    resolver.let_go()
    await names.find("slow.example", 80, within=5)
    assert resolver.asked == ["slow.example"]


async def test_name_that_does_not_exist():
    names = Names(Resolver())
    for _ in range(2):
        with pytest.raises(errors.NameNotFound, match="wrong.example"):
            await names.find("wrong.example", 80, within=5)
    assert not names.fresh("wrong.example", 80)


async def test_answer_that_is_no_longer_fresh_is_asked_for_again():
    resolver = Resolver(fresh=0.0)
    names = Names(resolver)
    for _ in range(2):
        await names.find("a.example", 80, within=5)
        assert not names.fresh("a.example", 80)
    assert resolver.asked == ["a.example"] * 2


async def test_a_name_for_each_person_keeps_no_more_than_the_newest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("outbound.names._KEPT_NAMES", 3)
    resolver = Resolver(fresh=300.0)
    names = Names(resolver)
    for number in range(5):
        await names.find(f"u{number}.example", 80, within=5)
    assert [names.fresh(f"u{number}.example", 80) for number in range(5)] == [False, False, True, True, True]
    await names.find("u4.example", 80, within=5)
    await names.find("u0.example", 80, within=5)
    assert len(resolver.asked) == 6


async def test_an_answer_asked_for_again_is_the_newest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("outbound.names._KEPT_NAMES", 2)
    names = Names(Resolver(fresh=0.1))
    await names.find("a.example", 80, within=5)
    await names.find("b.example", 80, within=5)
    await asyncio.sleep(0.15)
    await names.find("a.example", 80, within=5)
    await names.find("c.example", 80, within=5)
    assert names.fresh("a.example", 80)


async def test_closing_ends_the_waiting():
    resolver = Resolver("slow.example")
    names = Names(resolver)
    asking = asyncio.create_task(names.find("slow.example", 80, within=5))
    await asyncio.sleep(0.05)
    names.close()
    with pytest.raises(errors.NetworkFailed):
        await asking
