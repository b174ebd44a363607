from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from channels.models import AuthKind, Connection
from channels.services import connection_save
from channels.values import ConnectionValues
from tests.campaigns.browsing import rows_beside_the_browser, visit  # noqa: F401
from tests.cast import acting, api_headers

Call = Callable[..., Any]


@pytest.fixture
def connection(workspace: Workspace, owner: User) -> Connection:
    values = ConnectionValues("CRM", "https://api.example.com", AuthKind.BEARER, secret="s3cret-token")
    return connection_save(actor=acting(owner, workspace), values=values)


@pytest.fixture
def call(client: Client, workspace: Workspace) -> Call:
    """``call("get", "api_connection", connection=1)`` with a token of the role."""
    headers = {role: api_headers(workspace, role=role, name=role) for role in ("owner", "marketer", "viewer")}

    def ask(method: str, name: str, data: Any = None, role: str = "owner", **parts: Any) -> Any:
        address = reverse(name, kwargs=parts)
        return getattr(client, method)(address, data, content_type="application/json", headers=headers[role])

    return ask
