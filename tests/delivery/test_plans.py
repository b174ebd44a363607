"""The engine's statements touch the rows they mean and no others, whatever the planner knows of a new run."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from delivery import statements
from delivery.claims import BEGINNING, Claims
from delivery.database import in_partition, lane_transaction
from delivery.preparation import prepare
from notifications.models import Notification, Run
from tests.delivery.engine import Engine

PEOPLE = 3_000
FEW = 50


@pytest.fixture(params=["fresh", "analyzed before", "analyzed"])
def run(engine: Engine, request: pytest.FixtureRequest) -> Run:
    """A run of which the planner knows nothing, an earlier one only, or everything."""
    engine.people(PEOPLE)
    if request.param == "analyzed before":
        prepare(engine.start().pk)
        analyze()
    run = engine.start()
    prepare(run.pk)
    if request.param == "analyzed":
        analyze()
    return run


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("analyze notification")


@pytest.mark.parametrize("name", ["CLAIM", "RECORD_DELIVERED", "GIVE_BACK", "START", "CANCEL"])
def test_no_statement_reads_rows_that_it_does_not_mean(run: Run, name: str) -> None:
    rows = list(Notification.objects.filter(run_id=run.pk)[:FEW])
    ids = [row.pk for row in rows]
    parameters = {
        "workspace": run.workspace_id,
        "run_at": run.run_at,
        "run": run.pk,
        "token": 5,
        "limit": FEW,
        "lease": timedelta(seconds=30),
        "after_due": BEGINNING[0],
        "after_id": BEGINNING[1],
        "status_code": 200,
        "ids": ids,
        "profiles": [row.profile_id for row in rows],
    }
    if name in ("RECORD_DELIVERED", "GIVE_BACK", "START"):
        Notification.objects.filter(pk__in=ids).update(state="sending", lease_token=5)
    statement = getattr(statements, name)
    if name != "CANCEL":
        statement = in_partition(statement, run.run_at)
    nodes = list(plan_nodes(explained(statement, parameters)))
    assert sum(removed(node) for node in nodes) <= FEW
    assert all(node["Actual Rows"] * node["Actual Loops"] <= 2 * FEW for node in nodes)


def test_a_claim_begins_where_the_last_one_ended(run: Run) -> None:
    claims = Claims(run.workspace_id, run.pk, run.run_at, 5, timedelta(seconds=30))
    first, second = claims.take(FEW), claims.take(FEW)
    after_due, after_id = first[-1].due_at, first[-1].id
    others = {"workspace": run.workspace_id, "run_at": run.run_at, "run": run.pk, "token": 6, "limit": FEW}
    parameters = {**others, "lease": timedelta(seconds=30), "after_due": after_due, "after_id": after_id}
    nodes = plan_nodes(explained(in_partition(statements.CLAIM, run.run_at), parameters))
    assert any(str(after_id) in node.get("Index Cond", "") for node in nodes)
    assert [row.id for row in first + second] == sorted(row.id for row in first + second)


def explained(statement: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    with lane_transaction() as cursor:
        cursor.execute(f"explain (analyze, format json) {statement}", parameters)
        row = cursor.fetchone()
        assert row is not None
        plan: dict[str, Any] = row[0][0]["Plan"]
        return plan


def plan_nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from plan_nodes(child)


def removed(node: dict[str, Any]) -> float:
    rows = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
    return float(rows * node["Actual Loops"])


def test_lanes_touch_the_one_partition_of_their_run(run: Run) -> None:
    statement = in_partition(statements.CLAIM, run.run_at)
    assert statement.count(f"notification_{run.run_at:%Y_%m} n") == 2
    assert "notification n" not in statement
