"""A browser on pages of the live server, for tests that make their rows themselves."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.cast import signed_in


@pytest.fixture(scope="session")
def rows_beside_the_browser() -> Iterator[None]:
    """Playwright keeps a loop in this thread, where the tests make rows: Django must not mind, teardown included."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture
def visit(
    rows_beside_the_browser: None,
    transactional_db: None,
    page: Page,
    live_server: LiveServer,
    owner: User,
    client: Client,
) -> Callable[[str], Page]:
    """Opens a page as the owner."""
    session = signed_in(client, owner).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": str(live_server)}])

    def opened(address: str) -> Page:
        page.goto(f"{live_server}{address}")
        return page

    return opened


def shot(page: Page, name: str) -> None:
    """For people who want to look: ``SHOTS=/tmp/somewhere``."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")
