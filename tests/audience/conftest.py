from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Role, User, Workspace
from audience.models import Profile
from tests.cast import signed_in

PersonFactory = Callable[..., Profile]


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    return workspace


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


@pytest.fixture
def marketer(client: Client, teammate: User) -> Client:
    """A browser in which a marketer of the shop is signed in."""
    return signed_in(client, teammate)


@pytest.fixture
def address(shop: Workspace) -> Callable[..., str]:
    """The address of a page of the shop, by URL name."""

    def find(name: str, **kwargs: Any) -> str:
        return reverse(name, kwargs={"workspace": shop.slug, **kwargs})

    return find
