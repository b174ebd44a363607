import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured

from outbound import loop as loop_module
from outbound.loop import HttpLoop, http_loop, policy_from_settings
from outbound.outcomes import Answer, BreakKind, Broken
from tests.outbound.conftest import Serve
from tests.outbound.servers import Server, answering, response


@pytest.fixture
def server(serve: Serve, settings) -> Server:
    server = serve(answering(response()))
    settings.OUTBOUND_ALLOWED_ADDRESSES = [f"127.0.0.1:{server.port}"]
    return server


@pytest.fixture(autouse=True)
def own_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test sees a process that has no loop yet."""
    process = loop_module._Process()
    monkeypatch.setattr(loop_module, "_process", process)
    yield
    process.close()


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)


def test_threads_share_one_loop_and_its_connections(server: Server):
    def lane(number: int) -> HttpLoop:
        for _ in range(20):
            answer = http_loop().send(httpx.Request("POST", server.url(), content=b"x")).result(5)
            assert isinstance(answer, Answer)
        return http_loop()

    with ThreadPoolExecutor(8) as lanes:
        loops = set(lanes.map(lane, range(8)))
    assert len(loops) == 1
    assert len(server.requests) == 160
    assert server.connections <= 8


def test_coroutine_runs_on_the_loops_thread():
    async def where() -> str:
        return threading.current_thread().name

    assert http_loop().run(where()).result(5) == "outbound-http"


def test_address_outside_the_settings_is_blocked(server: Server, serve: Serve):
    other = serve(answering(response()))
    broken = http_loop().send(httpx.Request("GET", other.url())).result(5)
    assert isinstance(broken, Broken)
    assert broken.kind is BreakKind.BLOCKED_ADDRESS


def test_cancelling_the_future_cancels_the_request(serve: Serve, settings):
    server = serve(lambda connection: connection.read_request() and connection.closed_by_peer())
    settings.OUTBOUND_ALLOWED_ADDRESSES = [f"127.0.0.1:{server.port}"]
    future = http_loop().send(httpx.Request("GET", server.url()))
    wait_for(lambda: bool(server.requests))
    future.cancel()
    assert future.cancelled()


def test_closing_tells_those_who_wait(serve: Serve, settings):
    server = serve(lambda connection: connection.read_request() and connection.closed_by_peer())
    settings.OUTBOUND_ALLOWED_ADDRESSES = [f"127.0.0.1:{server.port}"]
    future = http_loop().send(httpx.Request("GET", server.url()))
    wait_for(lambda: bool(server.requests))
    loop_module._process.close()
    broken = future.result(0)
    assert isinstance(broken, Broken)
    assert broken.kind is BreakKind.DROPPED


def test_closed_loop_gives_way_to_a_new_one(server: Server):
    first = http_loop()
    loop_module._process.close()
    assert http_loop() is not first
    assert isinstance(http_loop().send(httpx.Request("GET", server.url())).result(5), Answer)


def test_forked_child_makes_its_own_loop(server: Server):
    parent = http_loop()
    parent.send(httpx.Request("GET", server.url())).result(5)
    loop_module._process.after_fork()  # what the child runs, here without the fork
    assert loop_module._process.loop is None
    assert http_loop() is not parent
    assert parent in loop_module._process.inherited
    assert isinstance(parent.send(httpx.Request("GET", server.url())).result(5), Answer)
    parent.close()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # Python 3.12 warns of threads at a fork
def test_really_forked_child_sends_and_leaves_the_parent_alone(server: Server):
    http_loop().send(httpx.Request("GET", server.url())).result(5)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            loop_module._process.after_fork()  # this test's process object isn't the registered one
            answer = http_loop().send(httpx.Request("GET", server.url())).result(5)
            os.write(writer, b"sent" if isinstance(answer, Answer) else b"broken")
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as result:
        assert result.read() == b"sent"
    os.waitpid(child, 0)
    assert isinstance(http_loop().send(httpx.Request("GET", server.url())).result(5), Answer)
    assert server.connections == 2


def test_setting_that_cannot_be_read_is_named(settings):
    settings.OUTBOUND_ALLOWED_ADDRESSES = ["localhost:9000"]
    with pytest.raises(ImproperlyConfigured, match="OUTBOUND_ALLOWED_ADDRESSES.*localhost:9000"):
        policy_from_settings()


def test_ports_come_from_the_settings(settings):
    settings.OUTBOUND_PORTS = [8443]
    assert policy_from_settings().ports == frozenset({8443})


def test_many_sends_from_one_coroutine(server: Server):
    async def many() -> int:
        transport = http_loop().transport
        answers = await asyncio.gather(
            *[transport.handle_async_request(httpx.Request("GET", server.url())) for _ in range(100)]
        )
        return sum(answer.status_code == 200 for answer in answers)

    assert http_loop().run(many()).result(10) == 100
