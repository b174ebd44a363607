from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Role, User, Workspace
from audience.models import Profile
from tests.campaigns.browsing import rows_beside_the_browser, visit  # noqa: F401
from tests.cast import api_headers, signed_in

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


@pytest.fixture
def api(client: Client, shop: Workspace) -> Callable[..., Any]:
    """Calls the API with a token of the shop: ``api("get", "api_profiles")`` → status and JSON."""

    numbers = count()

    def call(
        method: str, name: str, /, *, role: str = Role.MARKETER, data: Any = None, query: str = "", **kwargs: Any
    ) -> tuple[int, Any]:
        headers = api_headers(shop, role=role, name=f"token {next(numbers)}")
        address = reverse(name, kwargs=kwargs)
        if query:
            address += "?" + query
        answer = getattr(client, method)(address, data=data, content_type="application/json", headers=headers)
        return answer.status_code, answer.json() if answer.content else None

    return call
