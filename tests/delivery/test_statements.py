"""Every pair of states: the engine's statements move a row exactly where the map of transitions allows it."""

import ast
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from delivery.claims import Claims
from delivery.outcomes import Delivered, Failed
from delivery.outgoing import Ended, Outgoing
from delivery.preparation import prepare
from delivery.recording import Recorder
from delivery.results import Finished
from delivery.rows import RowMaker
from delivery.runs import run_cancel_waiting, run_move
from delivery.sweep import leases_expire
from delivery.window import Sent
from notifications.models import Notification, Run
from notifications.states import NOTIFICATION_TRANSITIONS, RUN_TRANSITIONS, NotificationState, Reason, RunState
from outbound.outcomes import NO_PHASES, Answer
from outbound.prepared import Head, PreparedRequest
from templates_lib.rendering import RenderedRequest
from tests.delivery.engine import Engine
from webhooks_platform.base.errors import StaleState

CHECKOUT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "audience", "campaigns", "channels", "delivery", "notifications", "templates_lib")
TOKEN = 9
S = NotificationState


@pytest.fixture
def run(engine: Engine) -> Run:
    engine.people(1)
    run = engine.start()
    prepare(run.pk)
    return run


def claims_of(run: Run) -> Claims:
    return Claims(run.workspace_id, run.pk, run.run_at, TOKEN, timedelta(seconds=30))


def put(run: Run, state: str, number: int = 1) -> Notification:
    lease = run.run_at if state == S.SENDING else None
    rows = Notification.objects.filter(run_id=run.pk)
    rows.update(state=state, lease_token=TOKEN, lease_until=lease, attempt_number=number, due_at=run.run_at)
    return rows.get()


def recorder_of(run: Run) -> Recorder:
    return Recorder(claims_of(run), 0, RowMaker(run.workspace_id, run.pk, run.run_at, 7, ()))


def finish(run: Run, row: Notification, status: int, *, retry: bool = False) -> None:
    rendered = RenderedRequest("GET", "http://example.com/", (), b"")
    request = PreparedRequest(Head("GET", httpx.URL(rendered.url), ()), (), b"")
    outgoing = Outgoing(row, rendered, request, 0.0)  # type: ignore[arg-type]
    object.__setattr__(row, "number", row.attempt_number)
    answer = Answer(status, "", (), b"", False, 0, NO_PHASES, "")
    outcome = Delivered(status) if status == 200 else Failed(Reason.SERVER_ERROR, False, status_code=status)
    retry_at = datetime.now(UTC) if retry else None
    recorder_of(run).record([Finished(Sent(outgoing, datetime.now(UTC), answer), outcome, retry_at)], [])


def skip(run: Run, row: Notification) -> None:
    recorder_of(run).record([], [Ended(row, S.SKIPPED, Reason.MISSING_VARIABLE, "")])  # type: ignore[arg-type]


def give_back(run: Run, row: Notification) -> None:
    claims_of(run).give_back([row])  # type: ignore[list-item]


# What the engine does to a row, and the state it leads to.
MOVES: dict[str, tuple[str, Callable[[Run, Notification], object]]] = {
    "claim": (S.SENDING, lambda run, row: claims_of(run).take(1)),
    "give back": (S.QUEUED, give_back),
    "deliver": (S.DELIVERED, lambda run, row: finish(run, row, 200)),
    "fail": (S.FAILED, lambda run, row: finish(run, row, 500)),
    "retry": (S.RETRYING, lambda run, row: finish(run, row, 500, retry=True)),
    "skip": (S.SKIPPED, skip),
}


def after(run: Run, start: str, move: Callable[[Run, Notification], object]) -> str:
    move(run, put(run, start))
    return Notification.objects.get(run_id=run.pk).state


def test_a_row_moves_exactly_where_the_map_allows(run: Run) -> None:
    expected = {
        (name, start): target if target in NOTIFICATION_TRANSITIONS[start] else start
        for name, (target, _) in MOVES.items()
        for start in S.values
    }
    assert {(name, start): after(run, start, MOVES[name][1]) for name, start in expected} == expected


def test_only_waiting_rows_are_cancelled(run: Run) -> None:
    expected = {start: S.CANCELLED if start in (S.QUEUED, S.RETRYING) else start for start in S.values}
    assert {start: after(run, start, lambda run, row: run_cancel_waiting(run)) for start in expected} == expected


def test_only_sending_rows_expire(run: Run) -> None:
    expected = {start: S.RETRYING if start == S.SENDING else start for start in S.values}
    assert {start: after(run, start, lambda run, row: leases_expire()) for start in expected} == expected


def test_a_run_moves_exactly_where_its_map_allows(run: Run) -> None:
    expected = {
        (start, target): target if target in RUN_TRANSITIONS[start] else start
        for start in RunState.values
        for target in RunState.values
    }
    assert {(start, target): run_after(run, start, target) for start, target in expected} == expected


def run_after(run: Run, start: str, target: str) -> str:
    """StaleState is raised if and only if nothing moved."""
    Run.objects.filter(pk=run.pk).update(state=start)
    allowed = target in RUN_TRANSITIONS[start]
    with contextlib.nullcontext() if allowed else pytest.raises(StaleState):
        run_move(run, RunState(target))
    run.refresh_from_db()
    return run.state


def test_nobody_assigns_a_state_elsewhere() -> None:
    """`row.state = …` and `.update(state=…)` go past the maps: `base.transitions` and the statements don't."""
    found = [
        f"{path.relative_to(CHECKOUT)}:{line}"
        for room in ROOMS
        for path in sorted((CHECKOUT / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if (line := assigned_state_line(node))
    ]
    assert found == []


def assigned_state_line(node: ast.AST) -> int | None:
    """The line, if there is one."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in ("state", "status"):
        return node.lineno
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
        return node.lineno if any(keyword.arg in ("state", "status") for keyword in node.keywords) else None
    return None
