from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from accounts.models import Role, User, Workspace
from tests import cast
from tests.chromium import ARGUMENTS, find_chromium
from tests.receiver import Receiver, running_receiver


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last, the order within being random: from the first one on, Playwright keeps an event loop
    running in this thread, and tests that need one of their own can't run beside it."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


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
