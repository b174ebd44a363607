"""The attribute registry over the REST API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from audience.api import AudienceView
from audience.attribute_registry import KINDS, AttributeValues, attribute_change, attribute_create, attribute_delete
from audience.attribute_values import people_having
from audience.models import Attribute
from audience.registry import attribute_uses
from audience.selectors import attribute_by_name, attributes_found
from webhooks_platform.base.api import PAGE_PARAMETERS, PostedSerializer, api_page, page_serializer

CHANGEABLE = ("kind", "display_name", "fallback", "description")


class AttributeSerializer(serializers.ModelSerializer[Attribute]):
    class Meta:
        model = Attribute
        fields = ["name", *CHANGEABLE, "revision", "created_at", "updated_at"]


class UseSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(source="label")
    url = serializers.CharField(help_text="its page, without the host")


class AttributeDetailSerializer(AttributeSerializer):
    people = serializers.IntegerField(help_text="how many people have a value")
    used_by = UseSerializer(many=True)

    class Meta(AttributeSerializer.Meta):
        fields = [*AttributeSerializer.Meta.fields, "people", "used_by"]


class AttributeValuesSerializer(PostedSerializer):
    kind = serializers.CharField(
        required=False, help_text=f"{', '.join(KINDS)}; another one only when every stored value fits"
    )
    display_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    fallback = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text="as typed in a form")
    description = serializers.CharField(max_length=300, required=False, allow_blank=True)


class AttributeInputSerializer(AttributeValuesSerializer):
    name = serializers.CharField(max_length=60, help_text="what templates write; it can't be changed later")


class AttributeChangeSerializer(AttributeValuesSerializer):
    revision = serializers.IntegerField(
        required=False, help_text="the revision you read; where there is a newer one, the answer is 409"
    )


AttributePageSerializer = page_serializer(AttributeSerializer, "AttributePage")


class AttributesView(AudienceView):
    @extend_schema(operation_id="attributes_list", parameters=PAGE_PARAMETERS, responses={200: AttributePageSerializer})
    def get(self, request: Request) -> Response:
        """The attributes of the workspace, by name."""
        found = attributes_found(self.actor().workspace)
        return Response(AttributePageSerializer(api_page(request, found, order=("name",))).data)

    @extend_schema(
        operation_id="attributes_create", request=AttributeInputSerializer, responses={201: AttributeSerializer}
    )
    def post(self, request: Request) -> Response:
        """Registers an attribute before anybody has it. Others come by themselves with the people who have them."""
        posted = AttributeInputSerializer(data=request.data)
        posted.is_valid(raise_exception=True)
        values = dict(posted.validated_data)
        made = attribute_create(actor=self.actor(), name=values.pop("name"), values=AttributeValues(**values))
        return Response(AttributeSerializer(made).data, status=status.HTTP_201_CREATED)


class AttributeView(AudienceView):
    @extend_schema(operation_id="attributes_get", responses={200: AttributeDetailSerializer})
    def get(self, request: Request, name: str) -> Response:
        """One attribute, with how many people have it and what uses it."""
        workspace = self.actor().workspace
        found = attribute_by_name(workspace, name)
        uses = UseSerializer(attribute_uses(workspace, [name])[name], many=True)
        people = people_having(workspace, [name])[name]
        return Response({**AttributeSerializer(found).data, "people": people, "used_by": uses.data})

    @extend_schema(
        operation_id="attributes_change", request=AttributeChangeSerializer, responses={200: AttributeSerializer}
    )
    def patch(self, request: Request, name: str) -> Response:
        """Changes the fields that are given, with `revision` only if the attribute still has it.

        With another `kind` all stored values are stored anew as that kind.
        """
        actor = self.actor()
        found = attribute_by_name(actor.workspace, name)
        posted = AttributeChangeSerializer(data=request.data)
        posted.is_valid(raise_exception=True)
        values = {field: getattr(found, field) for field in CHANGEABLE} | dict(posted.validated_data)
        revision = values.pop("revision", found.revision)
        changed = attribute_change(actor=actor, attribute=found, values=AttributeValues(**values), revision=revision)
        return Response(AttributeSerializer(changed).data)

    @extend_schema(operation_id="attributes_delete", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Removes the attribute and everybody's value for it; 409 while a segment, campaign or template reads it."""
        actor = self.actor()
        attribute_delete(actor=actor, attribute=attribute_by_name(actor.workspace, name))
        return Response(status=status.HTTP_204_NO_CONTENT)
