from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.actors import Actor
from accounts.models import Role, Workspace
from audience.models import Profile

PersonFactory = Callable[..., Profile]


@pytest.fixture
def shop(db: None) -> Workspace:
    return Workspace.objects.create(name="Shop", slug="shop")


@pytest.fixture
def rival(db: None) -> Workspace:
    return Workspace.objects.create(name="Rival", slug="rival")


@pytest.fixture
def person(shop: Workspace) -> PersonFactory:
    """Makes a profile in the shop; attributes as keywords of `attributes`."""

    def make(user_id: str, *, workspace: Workspace = shop, **fields: Any) -> Profile:
        return Profile.objects.create(workspace=workspace, user_id=user_id, **fields)

    return make


@pytest.fixture
def editor(shop: Workspace) -> Actor:
    return Actor(workspace=shop, role=Role.MARKETER)


@pytest.fixture
def onlooker(shop: Workspace) -> Actor:
    return Actor(workspace=shop, role=Role.VIEWER)


@pytest.fixture
def media(tmp_path: Path, settings: Any) -> Path:
    """Uploaded files go to a folder of this test alone."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path
