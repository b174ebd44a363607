from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import api_actor
from accounts.models import Role


class TokenWorkspaceSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    time_zone = serializers.CharField(help_text="an IANA name")
    retention_days = serializers.IntegerField(help_text="how long headers and bodies are kept")


class MeSerializer(serializers.Serializer[Any]):
    workspace = TokenWorkspaceSerializer()
    role = serializers.ChoiceField(choices=Role.choices)
    token = serializers.CharField(help_text="the token's name")


class MeView(APIView):
    @extend_schema(summary="The token's workspace and role", responses=MeSerializer, tags=["Account"])
    def get(self, request: Request) -> Response:
        actor = api_actor(request)
        facts = {"workspace": actor.workspace, "role": actor.role, "token": actor.token.name if actor.token else ""}
        return Response(MeSerializer(facts).data)
