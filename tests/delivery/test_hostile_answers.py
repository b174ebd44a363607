"""Whatever a destination answers can be recorded, shown and exported."""

import socket
from collections import deque
from collections.abc import Iterator
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from celery import current_app
from django.test import AsyncClient, Client
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from accounts.models import User, Workspace
from channels.policy import BodyMatch, BreakerRule, RetryPolicy, SendPolicy
from notifications.models import Run
from outbound.addresses import AddressPolicy
from outbound.loop import HttpLoop
from outbound.transport import CurlTransport
from tests.cast import signed_in
from tests.delivery.engine import Engine, exchanges, notifications, tallies
from tests.outbound.odd_answers import odd_answers
from tests.outbound.servers import response
from tests.outbound.wire import Ending, Script, closed, wire_listening
from tests.receiver import Receiver

ONCE = RetryPolicy(attempts=1, base_seconds=3600)
POLICY = SendPolicy(
    connect_seconds=5, total_seconds=10, retry=ONCE, breaker=BreakerRule(enabled=False), max_in_flight=1
)
RANDOM_ANSWERS = 40


def json_answers() -> Iterator[bytes]:
    bodies = (
        b"[" * 16_000,
        b'{"message": ' * 1_300 + b"1" + b"}" * 1_300,
        b'{"message": "\\ud800 and \\u0000", "error": "\\udfff"}',
        b'{"message": NaN, "errors": [Infinity, 1e999]}',
        b'{"message": ' + b"9" * 6_000 + b"}",
        b'{"message": "\xff\xfe\x00"}',
        b'\xef\xbb\xbf{"message": "with a mark"}',
        b'{"\\u0000": {"\\ud83d": []}}',
    )
    for body in bodies:
        for status in ("422 Unprocessable", "200 OK"):
            yield response(body, status, b"Content-Type: application/json")


def odd_heads() -> Iterator[bytes]:
    yield response(b"x", "500 " + "\x80" * 20_000)
    yield response(b"x", "418 ", b"\x01\xff\x7f: \xf0\x28\x8c\x28", b"=cmd|'/C calc'!A0: =1+1", b"<script>: </script>")
    for charset in (b"utf-16", b"zlib_codec", b"\xff", b"idna", b"undefined", b"x" * 500):
        yield response(b"\xd8\x00\xdc", "400 Bad", b"Content-Type: text/plain; charset=" + charset)
    yield response(b"\0" * 20_000, "999 Odd")


def asking_for_time() -> Iterator[bytes]:
    """The first one that can be understood stops everything for a year, so it comes last."""
    for after in (b"Mon, 01 Jan 99999 00:00:00 GMT", b"1 Jan 99999999999999999999 0:0:0 GMT", b"-1", b"nan",
                  b"Mon, 01 Jan 2020 00:00:00 +99999999999999999999", b"Mon, 31 Dec 9999 23:59:59 -2359"):  # fmt: skip
        yield response(b"", "503 Later", b"Retry-After: " + after)


def answers() -> list[tuple[bytes, Ending]]:
    found: list[tuple[bytes, Ending]] = [(answer, "close") for answer in (*json_answers(), *odd_heads())]

    @seed(1)
    @settings(max_examples=RANDOM_ANSWERS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(odd_answers, st.sampled_from(["close", "reset"]))
    def gather(answer: bytes, ending: Ending) -> None:
        found.append((answer, ending))

    gather()
    found = [(answer.replace(b"Retry-After", b"X-After"), ending) for answer, ending in found]
    return [*found, *((answer, "close") for answer in asking_for_time())]


@pytest.fixture
def script() -> Script:
    return Script(deque(answers()))


@pytest.fixture
def engine(
    transactional_db: None, workspace: Workspace, script: Script, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    loop = HttpLoop(CurlTransport(addresses=AddressPolicy(allowed=frozenset({address}))))
    server = loop.run(wire_listening(script, listener)).result(10)
    engine = Engine(workspace, Receiver(f"http://127.0.0.1:{address[1]}"), loop)
    monkeypatch.setattr(current_app, "send_task", engine.ask)
    yield engine
    loop.run(closed(server)).result(10)
    loop.close()
    listener.close()


def exported(viewer: User, workspace: Workspace, run: Run) -> str:
    async def body() -> str:
        client = AsyncClient()
        await client.aforce_login(viewer)
        answer = await client.get(f"/w/{workspace.slug}/notifications/export.csv?run={run.pk}")
        return b"".join([part async for part in answer.streaming_content]).decode()  # type: ignore[attr-defined]

    return async_to_sync(body)()


def shown(client: Client, workspace: Workspace, run: Run, notification: UUID) -> None:
    page = f"/w/{workspace.slug}/runs/{run.pk}/notifications/{notification}/"
    assert client.get(page).status_code == 200
    assert client.get(f"{page}attempts/1/curl/").status_code == 200


@pytest.mark.parametrize("rule", [None, BodyMatch(kind="json", path="message", value="1")])
def test_every_answer_is_recorded_shown_and_exported(
    engine: Engine, script: Script, workspace: Workspace, viewer: User, client: Client, rule: BodyMatch | None
) -> None:
    people = len(script.answers)
    engine.people(people)
    run = engine.run(policy=POLICY.model_copy(update={"success_body": rule}))
    assert sum(tallies(run).values()) == people
    assert len(exchanges(run)) == people
    signed_in(client, viewer)
    for row in notifications(run):
        shown(client, workspace, run, row.id)
    assert exported(viewer, workspace, run).count(str(run.pk)) >= people
