"""The page of an import in a browser, while a worker is busy with it."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Workspace
from audience.models import Import, ImportStatus
from tests.live_parts import fetched, keeps_the_focus, press_slowly

FETCH = "**/imports/*/"


@pytest.fixture
def running(transactional_db: None, workspace: Workspace) -> Import:
    return Import.objects.create(
        workspace=workspace,
        file_name="people.csv",
        status=ImportStatus.RUNNING,
        rows_total=1_000_000,
        rows_read=20_000,
        started_at=timezone.now(),
    )


def test_a_running_import_is_cancelled_however_long_one_thinks(visit: Callable[[str], Page], running: Import) -> None:
    page = visit(f"/w/acme/profiles/imports/{running.pk}/")
    page.get_by_role("button", name="Cancel").click()
    fetched(page, FETCH)
    page.get_by_role("dialog").get_by_role("button", name="Cancel import").click()
    expect(page.get_by_role("region", name="Messages").get_by_text("people.csv is cancelled.")).to_be_visible()
    running.refresh_from_db()
    assert running.status == ImportStatus.CANCELLED


def test_an_import_that_ended_while_one_thought_says_so(visit: Callable[[str], Page], running: Import) -> None:
    page = visit(f"/w/acme/profiles/imports/{running.pk}/")
    page.get_by_role("button", name="Cancel").click()
    Import.objects.filter(pk=running.pk).update(status=ImportStatus.DONE, finished_at=timezone.now())
    expect(page.get_by_text("Done", exact=True).first).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Cancel import").click()
    expect(page.get_by_role("region", name="Messages").get_by_text("The import had ended by then.")).to_be_visible()


def test_its_buttons_stay_while_the_figures_move(visit: Callable[[str], Page], running: Import) -> None:
    page = visit(f"/w/acme/profiles/imports/{running.pk}/")
    cancel = page.get_by_role("button", name="Cancel")
    keeps_the_focus(cancel, FETCH)
    Import.objects.filter(pk=running.pk).update(rows_read=40_000)
    expect(page.get_by_text("40,000 of 1,000,000 rows")).to_be_visible()
    expect(cancel).to_be_focused()
    press_slowly(cancel, FETCH)
    expect(page.get_by_role("dialog", name="Cancel this import?")).to_be_visible()
