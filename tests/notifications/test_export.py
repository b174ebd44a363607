import csv
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from accounts.models import User, Workspace
from notifications import export
from tests.cast import signed_in
from tests.notifications.ledger import failed_made, notification_made, run_made, skipped_made

EXPORT = "/w/acme/notifications/export.csv"


@pytest.fixture
def exported(workspace: Workspace, viewer: User) -> Callable[[str], list[dict[str, str]]]:
    """The file as rows, downloaded as a server of today serves it: asynchronously."""

    async def body(query: str) -> str:
        client = AsyncClient()
        await client.aforce_login(viewer)
        response = await client.get(EXPORT + query)
        assert response.status_code == 200
        assert response["Content-Disposition"] == 'attachment; filename="notifications.csv"'
        return b"".join([part async for part in response.streaming_content]).decode()  # type: ignore[attr-defined]

    def rows(query: str = "") -> list[dict[str, str]]:
        return list(csv.DictReader(StringIO(async_to_sync(body)(query))))

    return rows


@pytest.mark.django_db(transaction=True)
def test_the_filtered_rows_in_the_order_of_the_log(exported, workspace: Workspace, monkeypatch) -> None:
    monkeypatch.setattr(export, "CHUNK", 2)
    run = run_made(workspace)
    for n in range(4):
        notification_made(run, f"person-{n}", status_code=201)
    failed = failed_made(run, "ada")
    rows = exported()
    assert [row["user_id"] for row in rows] == ["ada", "person-3", "person-2", "person-1", "person-0"]
    (row,) = exported(f"?run={run.pk}&state=failed")
    assert row["next_step"].startswith("Compare the body")
    assert (row["status_code"], row["notification_id"]) == ("422", str(failed.id))


@pytest.mark.django_db(transaction=True)
def test_the_rows_with_one_detail(exported, workspace: Workspace) -> None:
    run = run_made(workspace)
    skipped_made(run, "ada", "first_name")
    skipped_made(run, "bob", "plan")
    assert [row["user_id"] for row in exported(f"?run={run.pk}&detail=plan")] == ["bob"]


@pytest.mark.django_db(transaction=True)
def test_a_cell_is_never_a_formula(exported, workspace: Workspace) -> None:
    notification_made(run_made(workspace), "=1+1")
    assert exported()[0]["user_id"] == "'=1+1"


def test_a_wrong_filter_and_a_run_of_elsewhere(client: Client, viewer: User, outsider: User) -> None:
    reader = signed_in(client, viewer)
    assert reader.get(f"{EXPORT}?state=banana").status_code == 422
    elsewhere = run_made(outsider.workspaces.get())
    assert reader.get(f"{EXPORT}?run={elsewhere.pk}").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_times_are_those_of_the_workspace(exported, workspace: Workspace) -> None:
    workspace.time_zone = "Europe/Vienna"
    workspace.save()
    notification_made(run_made(workspace, run_at=datetime(2026, 11, 24, 15, 4, tzinfo=UTC)))
    assert exported()[0]["run_at"] == "2026-11-24T16:04:00+01:00"


@pytest.mark.django_db(transaction=True)
def test_what_is_compressed_is_one_file(workspace: Workspace, viewer: User) -> None:
    notification_made(run_made(workspace), "ada")

    async def sent() -> bytes:
        client = AsyncClient()
        await client.aforce_login(viewer)
        response = await client.get(EXPORT, headers={"Accept-Encoding": "gzip"})
        assert response["Content-Encoding"] == "gzip"
        return b"".join([part async for part in response.streaming_content])  # type: ignore[attr-defined]

    reader = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    text = reader.decompress(async_to_sync(sent)()).decode()
    assert [row["user_id"] for row in csv.DictReader(StringIO(text))] == ["ada"]
    assert reader.eof
    assert not reader.unused_data
