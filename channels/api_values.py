"""What the API takes of a connection, read into the same values as the pages' form. Secrets only go in."""

from typing import Any

from rest_framework import serializers

from channels.header_values import EnteredHeader
from channels.models import AuthKind, Connection, SendPolicy
from channels.policy import OAuthSettings
from channels.values import (
    KEY_NAME_LENGTH,
    NAME_LENGTH,
    SECRET_LENGTH,
    USERNAME_LENGTH,
    ConnectionValues,
    EnteredCertificate,
)
from webhooks_platform.base.api import PostedSerializer, StoredModelField


class EnteredHeaderSerializer(PostedSerializer):
    name = serializers.CharField(max_length=100)
    value = serializers.CharField(
        max_length=4_000,
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="left out for a secret one: the stored value is kept",
    )
    secret = serializers.BooleanField(default=False, help_text="kept encrypted and never shown again")


class EnteredCertificateSerializer(PostedSerializer):
    certificate = serializers.CharField(max_length=64_000, help_text="PEM, with its chain")
    key = serializers.CharField(max_length=64_000, write_only=True, help_text="PEM, without a passphrase")


class ConnectionUpdateSerializer(PostedSerializer):
    """What is left out stays as it is."""

    revision = serializers.IntegerField(help_text="the one that you read")
    name = serializers.CharField(max_length=NAME_LENGTH, required=False)
    origin = serializers.CharField(
        max_length=300, required=False, help_text="scheme://host[:port]; a new one needs the secrets again"
    )
    auth_kind = serializers.ChoiceField(choices=AuthKind.choices, required=False)
    username = serializers.CharField(
        max_length=USERNAME_LENGTH, required=False, allow_blank=True, trim_whitespace=False, help_text="basic"
    )
    key_name = serializers.CharField(
        max_length=KEY_NAME_LENGTH, required=False, allow_blank=True, help_text="api_key_header, api_key_query"
    )
    secret = serializers.CharField(
        max_length=SECRET_LENGTH,
        required=False,
        write_only=True,
        trim_whitespace=False,
        help_text="password, token, key or client secret",
    )
    oauth = StoredModelField(OAuthSettings, required=False, allow_null=True, help_text="oauth")
    default_headers = EnteredHeaderSerializer(many=True, required=False, help_text="all of them")
    client_certificate = EnteredCertificateSerializer(
        required=False, allow_null=True, write_only=True, help_text="null removes it"
    )
    policy = StoredModelField(SendPolicy, required=False)


class ConnectionCreateSerializer(ConnectionUpdateSerializer):
    """All but name and origin may be left out."""

    revision = None  # type: ignore[assignment] # takes the field out of this serializer
    name = serializers.CharField(max_length=NAME_LENGTH)
    origin = serializers.CharField(max_length=300, help_text="scheme://host[:port]")


class ConnectionSecretSerializer(PostedSerializer):
    secret = serializers.CharField(max_length=SECRET_LENGTH, write_only=True, trim_whitespace=False)


class SigningSecretSerializer(PostedSerializer):
    secret = serializers.CharField(max_length=200, write_only=True, help_text="whsec_ and 24 to 64 bytes in Base64")


class ChannelUpdateSerializer(PostedSerializer):
    time_zone = serializers.CharField(allow_blank=True, help_text="empty: the workspace's")
    retention_days = serializers.IntegerField(allow_null=True, help_text="null: the workspace's")
    daily_limit = serializers.IntegerField(allow_null=True, help_text="people a day; null: no limit")
    revision = serializers.IntegerField(
        required=False, help_text="the revision you read; where there is a newer one, the answer is 409"
    )


def connection_values(given: dict[str, Any], stored: Connection | None = None) -> ConnectionValues:
    """What a checked serializer holds, on top of what is stored."""
    kept = {} if stored is None else {name: getattr(stored, name) for name in _KEPT}
    plain = {name: given[name] for name in _KEPT if name in given}
    return ConnectionValues(
        **{**kept, **plain}, secret=given.get("secret"), headers=_headers(given), certificate=_certificate(given)
    )


_KEPT = ("name", "origin", "auth_kind", "username", "key_name", "policy", "oauth")


def _headers(given: dict[str, Any]) -> tuple[EnteredHeader, ...] | None:
    if "default_headers" not in given:
        return None
    return tuple(EnteredHeader(**header) for header in given["default_headers"])


def _certificate(given: dict[str, Any]) -> EnteredCertificate | None:
    if "client_certificate" not in given:
        return None
    entered = given["client_certificate"]
    return EnteredCertificate(**entered) if entered else EnteredCertificate("")
