"""Segments over the REST API."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from audience.api import AudienceView
from audience.choice import AudienceChoice
from audience.models import Segment
from audience.rules import Rules
from audience.segments import segment_delete, segment_save
from audience.selection import audience_count
from audience.selectors import segment_get, segments_all
from webhooks_platform.base.api import PAGE_PARAMETERS, PostedSerializer, StoredModelField, api_page, page_serializer


class SegmentSerializer(serializers.ModelSerializer[Segment]):
    rules = StoredModelField(Rules)

    class Meta:
        model = Segment
        fields = ["id", "name", "rules", "revision", "created_at", "updated_at"]


class SegmentDetailSerializer(SegmentSerializer):
    people = serializers.IntegerField(help_text="how many people fit at this moment")

    class Meta(SegmentSerializer.Meta):
        fields = [*SegmentSerializer.Meta.fields, "people"]


class SegmentInputSerializer(PostedSerializer):
    name = serializers.CharField(max_length=80)
    rules = StoredModelField(Rules)


class SegmentChangeSerializer(PostedSerializer):
    revision = serializers.IntegerField(
        required=False, help_text="the revision you read; where there is a newer one, the answer is 409"
    )
    name = serializers.CharField(max_length=80, required=False)
    rules = StoredModelField(Rules, required=False)


SegmentPageSerializer = page_serializer(SegmentSerializer, "SegmentPage")


class SegmentsView(AudienceView):
    @extend_schema(operation_id="segments_list", parameters=PAGE_PARAMETERS, responses={200: SegmentPageSerializer})
    def get(self, request: Request) -> Response:
        """Saved segments with their rules, the newest first."""
        found = segments_all(self.actor().workspace)
        return Response(SegmentPageSerializer(api_page(request, found, order=("-id",))).data)

    @extend_schema(operation_id="segments_create", request=SegmentInputSerializer, responses={201: SegmentSerializer})
    def post(self, request: Request) -> Response:
        """Saves rules under a name. A rule that can't be tested is named by its path, such as `rules.1.0.value`."""
        posted = SegmentInputSerializer(data=request.data)
        posted.is_valid(raise_exception=True)
        saved = segment_save(actor=self.actor(), **posted.validated_data)
        return Response(SegmentSerializer(saved).data, status=status.HTTP_201_CREATED)


class SegmentView(AudienceView):
    @extend_schema(operation_id="segments_get", responses={200: SegmentDetailSerializer})
    def get(self, request: Request, segment: int) -> Response:
        """One segment, with the number of people who fit at this moment."""
        workspace = self.actor().workspace
        found = segment_get(workspace, segment)
        people = audience_count(workspace, AudienceChoice(kind="rules", rules=found.rules))
        return Response({**SegmentSerializer(found).data, "people": people})

    @extend_schema(operation_id="segments_change", request=SegmentChangeSerializer, responses={200: SegmentSerializer})
    def patch(self, request: Request, segment: int) -> Response:
        """Changes the name, the rules or both; with `revision`, only if the segment still has it."""
        actor = self.actor()
        found = segment_get(actor.workspace, segment)
        posted = SegmentChangeSerializer(data=request.data)
        posted.is_valid(raise_exception=True)
        return Response(SegmentSerializer(segment_save(actor=actor, segment=found, **posted.validated_data)).data)

    @extend_schema(operation_id="segments_delete", responses={204: None})
    def delete(self, request: Request, segment: int) -> Response:
        """Removes the segment; 409 while a campaign chooses it."""
        actor = self.actor()
        segment_delete(actor=actor, segment=segment_get(actor.workspace, segment))
        return Response(status=status.HTTP_204_NO_CONTENT)
