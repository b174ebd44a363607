"""API authentication: `Authorization: Bearer whp_…`, bound to one workspace."""

import hashlib
from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.actors import Actor
from accounts.models import ApiToken

USED_AT_PRECISION = timedelta(minutes=1)


def token_digest(text: str) -> bytes:
    """SHA-256: enough for 256 random bits, which can't be guessed offline."""
    return hashlib.sha256(text.encode()).digest()


class TokenActor:
    """What DRF sees as the user: the token's actor."""

    is_authenticated = True

    def __init__(self, actor: Actor) -> None:
        self.actor = actor


def api_actor(request: Request) -> Actor:
    """Who asks: the actor of the request's token."""
    user: Any = request.user
    actor: Actor = user.actor
    return actor


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = (
            ApiToken.objects.select_related("workspace")
            .filter(digest=token_digest(text.strip()), revoked_at=None)
            .first()
        )
        if token is None:
            raise AuthenticationFailed("This API token is unknown or revoked. Create one in Settings > API tokens.")
        _mark_used(token)
        return TokenActor(Actor(workspace=token.workspace, role=token.role, token=token)), token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _mark_used(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USED_AT_PRECISION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "ApiToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "Made in Settings > API tokens of a workspace."}
