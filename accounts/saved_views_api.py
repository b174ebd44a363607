"""Saved views over the REST API. A token sees the shared ones and those it made."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import api_actor
from accounts.errors import SavedViewInvalid
from accounts.models import SavedView, SavedViewPage
from accounts.saved_views import (
    saved_view_get,
    saved_view_remove,
    saved_view_rename,
    saved_view_save,
    saved_view_share,
    saved_views_of,
)
from webhooks_platform.base.api import PostedSerializer

TAGS = ["Saved views"]


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    made_by = serializers.CharField(source="user", allow_null=True, help_text="null: an API token")

    class Meta:
        model = SavedView
        fields = ["id", "page", "name", "query", "shared", "made_by", "created_at"]


class SavedViewSaveSerializer(PostedSerializer):
    page = serializers.ChoiceField(SavedViewPage.choices)
    name = serializers.CharField(max_length=60)
    query = serializers.CharField(max_length=2000, help_text="the filters as they stand in the list's address")
    shared = serializers.BooleanField(default=True, help_text="only shared views are seen by people")


class SavedViewChangeSerializer(PostedSerializer):
    name = serializers.CharField(max_length=60, required=False)
    shared = serializers.BooleanField(required=False)


class SavedViewsView(APIView):
    @extend_schema(
        summary="Saved views",
        parameters=[OpenApiParameter("page", str, enum=SavedViewPage.values, description="of one list only")],
        responses=SavedViewSerializer(many=True),
        tags=TAGS,
        operation_id="saved_views_list",
    )
    def get(self, request: Request) -> Response:
        page = request.query_params.get("page", "")
        if page and page not in SavedViewPage.values:
            raise SavedViewInvalid(f"page must be one of: {', '.join(SavedViewPage.values)}.", field="page")
        return Response(SavedViewSerializer(saved_views_of(api_actor(request), page), many=True).data)

    @extend_schema(
        summary="Save a view",
        description="A view of this name that a token made gets the new filters.",
        request=SavedViewSaveSerializer,
        responses={201: SavedViewSerializer},
        tags=TAGS,
        operation_id="saved_views_save",
    )
    def post(self, request: Request) -> Response:
        data = SavedViewSaveSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        view = saved_view_save(actor=api_actor(request), **data.validated_data)
        return Response(SavedViewSerializer(view).data, status=status.HTTP_201_CREATED)


class SavedViewView(APIView):
    @extend_schema(
        summary="Rename or share a view",
        request=SavedViewChangeSerializer,
        responses=SavedViewSerializer,
        tags=TAGS,
        operation_id="saved_views_change",
    )
    def patch(self, request: Request, view: int) -> Response:
        actor = api_actor(request)
        found = saved_view_get(actor, view)
        data = SavedViewChangeSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        if "name" in data.validated_data:
            saved_view_rename(actor=actor, view=found, name=data.validated_data["name"])
        if "shared" in data.validated_data:
            saved_view_share(actor=actor, view=found, shared=data.validated_data["shared"])
        return Response(SavedViewSerializer(found).data)

    @extend_schema(summary="Delete a view", responses={204: None}, tags=TAGS, operation_id="saved_views_delete")
    def delete(self, request: Request, view: int) -> Response:
        actor = api_actor(request)
        saved_view_remove(actor=actor, view=saved_view_get(actor, view))
        return Response(status=status.HTTP_204_NO_CONTENT)
