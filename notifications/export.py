"""The log as a CSV file, row by row: what the filters show, in the log's order."""

import csv
from collections.abc import AsyncIterator, Iterator
from io import StringIO
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.utils.timezone import localtime

from accounts.models import Workspace
from notifications.models import Notification
from notifications.selectors import LogFilters, log_rows, notification_page

CHUNK = 1_000
COLUMNS = (
    *("user_id", "test_user", "campaign", "run_id", "run_at", "state", "reason", "what_happened", "next_step"),
    *("status_code", "attempts", "changed_at", "webhook_id", "notification_id"),
)
# A spreadsheet runs what begins with these: a quote makes it text (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


async def export_lines(workspace: Workspace, filters: LogFilters) -> AsyncIterator[str]:
    """CSV text in chunks; each is one short query, so that a long download holds no transaction."""
    yield _lines([COLUMNS])
    cursor, more = "", True
    while more:
        text, cursor = await sync_to_async(_chunk)(workspace, filters, cursor)
        more = bool(cursor)
        yield text


def _chunk(workspace: Workspace, filters: LogFilters, cursor: str) -> tuple[str, str]:
    page = notification_page(workspace, filters, after=cursor, size=CHUNK)
    return _lines(_rows(workspace, page.items)), page.older_cursor


def _rows(workspace: Workspace, notifications: list[Notification]) -> Iterator[tuple[str, ...]]:
    # Read while it is sent: the page's own zone has ended by then.
    zone = ZoneInfo(workspace.time_zone)
    for line in log_rows(workspace, notifications):
        row = line.notification
        words = line.explanation if row.reason else None
        yield (
            row.user_id,
            "yes" if row.is_test else "no",
            line.run.campaign_name,
            str(line.run.pk),
            localtime(row.run_at, zone).isoformat(timespec="seconds"),
            row.state,
            row.reason,
            words.what_happened if words else "",
            words.next_step if words else "",
            str(row.status_code or ""),
            str(row.attempt_number),
            localtime(row.updated_at, zone).isoformat(timespec="seconds"),
            str(row.webhook_id),
            str(row.id),
        )


def _lines(rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    text = StringIO()
    csv.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
