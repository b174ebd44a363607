"""Templates over REST, read only."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import api_actor
from accounts.models import Workspace
from accounts.permissions import permit
from templates_lib.content import WebhookContent
from templates_lib.models import Template
from templates_lib.selectors import template_get, template_version_get, templates_found
from webhooks_platform.base.api import PAGE_PARAMETERS, StoredModelField, api_page, page_serializer


class TemplateSerializer(serializers.Serializer[Template]):
    """``answered_ok_at``: when its content last answered 20x before it was saved; null if it never did."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField(source="version_number")
    answered_ok_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField(allow_null=True)


class TemplateDetailSerializer(TemplateSerializer):
    """With the content of its newest version; the message text is always empty."""

    content: Any = StoredModelField(WebhookContent)


class TemplateList(APIView):
    @extend_schema(
        operation_id="templates_list",
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter("search", str, description="words in name, description, tags or URL"),
            OpenApiParameter("tag", str, description="one tag, as it is written"),
        ],
        responses=page_serializer(TemplateSerializer, "TemplatePage"),
        tags=["templates"],
    )
    def get(self, request: Request) -> Response:
        """Templates in use, by name."""
        search, tag = (request.query_params.get(name, "").replace("\0", "") for name in ("search", "tag"))
        found = templates_found(_workspace(request), search=search, tag=tag)
        page = api_page(request, found, order=("name", "id"))
        items = TemplateSerializer(page.items, many=True).data  # type: ignore[arg-type]
        return Response({"items": items, "next_cursor": page.next_cursor})


class TemplateDetail(APIView):
    @extend_schema(operation_id="templates_get", responses=TemplateDetailSerializer, tags=["templates"])
    def get(self, request: Request, template: int) -> Response:
        """One template with its content."""
        found: Any = template_get(_workspace(request), template)
        found.content = template_version_get(found, found.version_number).content
        return Response(TemplateDetailSerializer(found).data)


def _workspace(request: Request) -> Workspace:
    actor = api_actor(request)
    permit(actor, "workspace.view")
    return actor.workspace
