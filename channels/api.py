"""Connections and channels in the API. Secrets are taken, and no answer holds one."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Actor
from accounts.authentication import api_actor
from channels.api_values import (
    ChannelUpdateSerializer,
    ConnectionCreateSerializer,
    ConnectionSecretSerializer,
    ConnectionUpdateSerializer,
    SigningSecretSerializer,
    connection_values,
)
from channels.defaults import channel_defaults, channel_defaults_set, people_on_day
from channels.errors import ChannelNotFound
from channels.health import connection_reset, connections_state
from channels.models import ChannelKind, Connection, SendPolicy
from channels.policy import OAuthSettings
from channels.registry import connection_figures
from channels.secrets import connection_secret_replace
from channels.selectors import channel_enabled, connection_get, connections_available
from channels.services import connection_archive, connection_save
from channels.signing import signing_previous_end, signing_secret_set, signing_stop
from channels.testing import connection_test
from webhooks_platform.base.api import PAGE_PARAMETERS, StoredModelField, api_page, page_serializer


class DefaultHeaderSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.CharField(help_text="empty for a secret one")
    secret = serializers.BooleanField()


class ConnectionSerializer(serializers.ModelSerializer[Connection]):
    """A connection without its secrets, which no answer holds."""

    policy = StoredModelField(SendPolicy)
    oauth = StoredModelField(OAuthSettings, allow_null=True)
    default_headers = DefaultHeaderSerializer(source="headers_shown", many=True)
    has_secret = serializers.BooleanField(help_text="whether one is stored; it can't be read")
    is_signed = serializers.BooleanField(help_text="whether requests carry a Standard Webhooks signature")

    class Meta:
        model = Connection
        fields = [
            "id", "name", "origin", "auth_kind", "username", "key_name", "has_secret", "secret_changed_at", "is_signed",
            "signing_secret_changed_at", "oauth", "default_headers", "client_certificate_expires_at", "policy",
            "revision", "created_at", "updated_at",
        ]  # fmt: skip


class ConnectionFaultSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    count = serializers.IntegerField()
    at = serializers.DateTimeField(help_text="the latest one's")


class BreakerSerializer(serializers.Serializer[Any]):
    state = serializers.CharField(help_text="closed, open (nothing is sent) or half_open (it is being probed)")
    until = serializers.DateTimeField(allow_null=True)
    asked_until = serializers.DateTimeField(allow_null=True, help_text="what the destination asked for by Retry-After")
    failures = serializers.IntegerField()
    calls = serializers.IntegerField()


class ConnectionHealthSerializer(serializers.Serializer[Any]):
    words = serializers.CharField(help_text="as the list of connections says it")
    requests = serializers.IntegerField(help_text="the latest ones, that the figures are of")
    delivered = serializers.IntegerField()
    median_ms = serializers.IntegerField(allow_null=True)
    slow_ms = serializers.IntegerField(allow_null=True, help_text="the 95th percentile")
    last_success_at = serializers.DateTimeField(allow_null=True)
    last_failure_at = serializers.DateTimeField(allow_null=True)
    breaker = BreakerSerializer(allow_null=True)
    last_errors = ConnectionFaultSerializer(many=True)


class ConnectionTestedSerializer(serializers.Serializer[Any]):
    tone = serializers.ChoiceField(choices=["ok", "warn", "bad"])
    title = serializers.CharField()
    text = serializers.CharField()


class ChannelSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    enabled = serializers.BooleanField()
    time_zone = serializers.CharField(help_text="what holds, whoever chose it")
    retention_days = serializers.IntegerField()
    daily_limit = serializers.IntegerField(allow_null=True)
    people_today = serializers.IntegerField()
    revision = serializers.IntegerField(help_text="of the defaults")


ConnectionPageSerializer = page_serializer(ConnectionSerializer, "ConnectionPage")


class ConnectionsView(APIView):
    @extend_schema(
        operation_id="connections_list",
        summary="Connections that campaigns can choose",
        parameters=PAGE_PARAMETERS,
        responses=ConnectionPageSerializer,
        tags=["Connections"],
    )
    def get(self, request: Request) -> Response:
        page = api_page(request, connections_available(api_actor(request).workspace), order=("id",))
        return Response(ConnectionPageSerializer(page).data)

    @extend_schema(
        operation_id="connections_create",
        summary="Creates a connection",
        request=ConnectionCreateSerializer,
        responses={201: ConnectionSerializer},
        tags=["Connections"],
    )
    def post(self, request: Request) -> Response:
        entered = ConnectionCreateSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        saved = connection_save(actor=api_actor(request), values=connection_values(entered.validated_data))
        return Response(ConnectionSerializer(saved).data, status=status.HTTP_201_CREATED)


class ConnectionView(APIView):
    @extend_schema(summary="One connection", responses=ConnectionSerializer, tags=["Connections"])
    def get(self, request: Request, connection: int) -> Response:
        return Response(ConnectionSerializer(connection_get(api_actor(request).workspace, connection)).data)

    @extend_schema(
        summary="Changes the given parts",
        request=ConnectionUpdateSerializer,
        responses=ConnectionSerializer,
        tags=["Connections"],
    )
    def patch(self, request: Request, connection: int) -> Response:
        """If it still has the revision that you read; 409 otherwise."""
        entered = ConnectionUpdateSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        actor, given = api_actor(request), entered.validated_data
        found = connection_get(actor.workspace, connection)
        saved = connection_save(
            actor=actor, values=connection_values(given, found), connection=found, revision=given["revision"]
        )
        return Response(ConnectionSerializer(saved).data)

    @extend_schema(
        summary="Archives it and forgets its secrets", request=None, responses={204: None}, tags=["Connections"]
    )
    def delete(self, request: Request, connection: int) -> Response:
        """409 while a campaign or template uses it."""
        actor, found = _asked(request, connection)
        connection_archive(actor=actor, connection=found)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConnectionSecretView(APIView):
    @extend_schema(
        summary="Replaces its secret",
        request=ConnectionSecretSerializer,
        responses={204: None},
        tags=["Connections"],
    )
    def put(self, request: Request, connection: int) -> Response:
        """Runs in flight use the new one within seconds."""
        actor, found = _asked(request, connection)
        secret = _secret(ConnectionSecretSerializer, request)
        connection_secret_replace(actor=actor, connection=found, secret=secret)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConnectionSigningView(APIView):
    @extend_schema(
        summary="Signs its requests with this secret",
        request=SigningSecretSerializer,
        responses={204: None},
        tags=["Connections"],
    )
    def put(self, request: Request, connection: int) -> Response:
        """The one before signs beside it for 24 hours."""
        actor, found = _asked(request, connection)
        signing_secret_set(actor=actor, connection=found, secret=_secret(SigningSecretSerializer, request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Stops signing its requests", request=None, responses={204: None}, tags=["Connections"])
    def delete(self, request: Request, connection: int) -> Response:
        actor, found = _asked(request, connection)
        signing_stop(actor=actor, connection=found)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConnectionSigningPreviousView(APIView):
    @extend_schema(
        summary="Ends the replaced signing secret now", request=None, responses={204: None}, tags=["Connections"]
    )
    def delete(self, request: Request, connection: int) -> Response:
        actor, found = _asked(request, connection)
        signing_previous_end(actor=actor, connection=found)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _asked(request: Request, connection: int) -> tuple[Actor, Connection]:
    actor = api_actor(request)
    return actor, connection_get(actor.workspace, connection)


def _secret(serializer: type[serializers.Serializer[Any]], request: Request) -> str:
    entered = serializer(data=request.data)
    entered.is_valid(raise_exception=True)
    return str(entered.validated_data["secret"])


class ConnectionHealthView(APIView):
    @extend_schema(summary="How it stands", responses=ConnectionHealthSerializer, tags=["Connections"])
    def get(self, request: Request, connection: int) -> Response:
        workspace = api_actor(request).workspace
        found = connection_get(workspace, connection)
        (state,) = connections_state(workspace, [found], now=timezone.now())
        figures = connection_figures(found)
        facts = {
            **{name: getattr(figures, name) for name in ("requests", "delivered", "median_ms", "slow_ms")},
            "last_errors": figures.errors,
            "words": state.pill.words,
            "last_success_at": state.activity.success_at,
            "last_failure_at": state.activity.failure_at,
            "breaker": state.breaker,
        }
        return Response(ConnectionHealthSerializer(facts).data)


class ConnectionTestView(APIView):
    @extend_schema(
        summary="Sends one request to its origin",
        request=None,
        responses=ConnectionTestedSerializer,
        tags=["Connections"],
    )
    def post(self, request: Request, connection: int) -> Response:
        actor = api_actor(request)
        tested = connection_test(actor=actor, connection=connection_get(actor.workspace, connection))
        return Response(ConnectionTestedSerializer(tested).data)


class ConnectionResetView(APIView):
    @extend_schema(
        summary="Closes its breaker: sends at once", request=None, responses={204: None}, tags=["Connections"]
    )
    def post(self, request: Request, connection: int) -> Response:
        actor = api_actor(request)
        connection_reset(actor=actor, connection=connection_get(actor.workspace, connection))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChannelView(APIView):
    @extend_schema(summary="A channel and its defaults", responses=ChannelSerializer, tags=["Channels"])
    def get(self, request: Request, kind: str) -> Response:
        return Response(_channel(request, kind))

    @extend_schema(
        summary="Sets its defaults", request=ChannelUpdateSerializer, responses=ChannelSerializer, tags=["Channels"]
    )
    def put(self, request: Request, kind: str) -> Response:
        _require_channel(kind)
        entered = ChannelUpdateSerializer(data=request.data)
        entered.is_valid(raise_exception=True)
        channel_defaults_set(actor=api_actor(request), kind=kind, **entered.validated_data)
        return Response(_channel(request, kind))


def _channel(request: Request, kind: str) -> Any:
    _require_channel(kind)
    workspace = api_actor(request).workspace
    defaults = channel_defaults(workspace, kind)
    facts = {
        "kind": kind,
        "enabled": channel_enabled(workspace, kind),
        "time_zone": defaults.time_zone,
        "retention_days": defaults.retention_days,
        "daily_limit": defaults.daily_limit,
        "people_today": people_on_day(workspace, kind, timezone.now()),
        "revision": defaults.revision,
    }
    return ChannelSerializer(facts).data


def _require_channel(kind: str) -> None:
    if kind not in ChannelKind.values:
        raise ChannelNotFound("This product has no such channel.")
