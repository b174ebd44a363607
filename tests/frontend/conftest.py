from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from frontend import navigation, palette
from tests.frontend import pages


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the frontend's own test pages."""
    server = LiveServer("127.0.0.1")
    yield str(server.url)
    server.stop()


@pytest.fixture
def context(new_context: Callable[..., BrowserContext], site: str) -> BrowserContext:
    return new_context(base_url=site)


@pytest.fixture(autouse=True)
def _own_pages(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = "tests.frontend.pages"
    settings.DEBUG = True
    # The rooms' entries lead to pages that aren't served here.
    monkeypatch.setattr(navigation, "_items", [])
    monkeypatch.setattr(palette, "_searches", [])
    monkeypatch.setattr(palette, "_actions", [])
    pages.saved.clear()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complained of: refused by the CSP, script errors, missing files."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found
