from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
from django.test import override_settings
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import Role, User, Workspace
from tests import cast
from tests.chromium import ARGUMENTS, find_chromium
from tests.readiness import says_when_ready, waits_until_ready
from tests.receiver import Receiver, running_receiver

# What is expected of a page comes within this on a machine that does much else, in milliseconds.
expect.set_options(timeout=30_000)
# The same examples at each run, however long one takes. `--hypothesis-profile=search` looks for others.
hypothesis.settings.register_profile("search", deadline=None)
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.load_profile("same")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last, the order within being random: from the first one on, Playwright keeps an event loop
    running in this thread, and tests that need one of their own can't run beside it."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session", autouse=True)
def _patient_database() -> Iterator[None]:
    """Glances of 0.3 s: in a test's own transaction a statement's time limit outlives the block that set it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("notifications.selectors.log.SINCE_MILLISECONDS", 30_000)
        patch.setattr("notifications.selectors.resend.GLANCE_MILLISECONDS", 30_000)
        yield


@pytest.fixture(scope="session", autouse=True)
def _server_long_up() -> Iterator[None]:
    """PostgreSQL may have been started for these tests a moment ago."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("delivery.sweep.GRACE_AFTER_RESTART", timedelta())
        yield


@pytest.fixture(scope="session")
def receiver_process() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture
def receiver(receiver_process: Receiver) -> Receiver:
    """The demo receiver, having received nothing yet."""
    receiver_process.reset()
    return receiver_process


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": find_chromium(), "args": ARGUMENTS}


@pytest.fixture
def new_context(new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    def made(**options: Any) -> BrowserContext:
        context = new_context(**options)
        says_when_ready(context)
        return context

    return made


@pytest.fixture
def page(page: Page) -> Page:
    """A tab on which nothing is done or expected before its page's scripts have run."""
    return waits_until_ready(page)


@pytest.fixture(scope="session")
def base_url() -> str:
    """None: Playwright keeps it as long as the session lives, and each folder of tests has its own pages."""
    return ""


@pytest.fixture(scope="session", autouse=True)
def _quick_password_hashes() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def owner(db: None) -> User:
    return cast.person("Olivia")


@pytest.fixture
def workspace(owner: User) -> Workspace:
    """Acme, which Olivia owns."""
    return cast.workspace_with(owner)


@pytest.fixture
def teammate(workspace: Workspace) -> User:
    """A marketer of Acme."""
    return cast.joined(workspace, cast.person("Tom"), Role.MARKETER)


@pytest.fixture
def viewer(workspace: Workspace) -> User:
    """May look at Acme and change nothing."""
    return cast.joined(workspace, cast.person("Vera"), Role.VIEWER)


@pytest.fixture
def outsider(db: None) -> User:
    """Owns another workspace, Globex, and has nothing to do with Acme."""
    user = cast.person("Otto")
    cast.workspace_with(user, name="Globex")
    return user
