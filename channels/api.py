from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import api_actor
from channels.models import Connection, SendPolicy
from channels.selectors import connections_available
from webhooks_platform.base.api import PAGE_PARAMETERS, StoredModelField, api_page, page_serializer


class ConnectionSerializer(serializers.ModelSerializer[Connection]):
    """A connection without its secret, which no answer holds."""

    policy = StoredModelField(SendPolicy)
    has_secret = serializers.BooleanField(help_text="whether one is stored; it can't be read")
    is_signed = serializers.BooleanField(help_text="whether requests carry a Standard Webhooks signature")

    class Meta:
        model = Connection
        fields = [
            "id", "name", "origin", "auth_kind", "username", "key_name", "has_secret", "secret_changed_at", "is_signed",
            "signing_secret_changed_at", "policy", "created_at", "updated_at",
        ]  # fmt: skip


ConnectionPageSerializer = page_serializer(ConnectionSerializer, "ConnectionPage")


class ConnectionsView(APIView):
    @extend_schema(
        summary="Connections that campaigns can choose",
        parameters=PAGE_PARAMETERS,
        responses=ConnectionPageSerializer,
        tags=["Connections"],
    )
    def get(self, request: Request) -> Response:
        page = api_page(request, connections_available(api_actor(request).workspace), order=("id",))
        return Response(ConnectionPageSerializer(page).data)
