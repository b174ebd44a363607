"""Profiles over the REST API."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Actor
from audience.erasing import profile_delete
from audience.errors import ProfileInvalid
from audience.models import Erasure, Profile
from audience.posted import person_posted
from audience.selectors import erasure_get, erasures_all, profile_by_user_id, profiles_found
from audience.services import BULK_LIMIT, BulkItem, profiles_upsert
from webhooks_platform.base.api import PAGE_PARAMETERS, api_page, page_serializer

SEARCH_PARAMETERS = [
    OpenApiParameter("search", str, description="words that the user ID, e-mail address or name contains"),
    OpenApiParameter("is_test", bool, description="`true`: test users only"),
]


class ProfileSerializer(serializers.ModelSerializer[Profile]):
    attributes = serializers.DictField()

    class Meta:
        model = Profile
        fields = ["id", *Profile.STANDARD_FIELDS, "attributes", "is_test", "created_at", "updated_at"]


class ProfileInputSerializer(serializers.Serializer[Any]):
    """One person; what is left out keeps its stored value, an attribute that is null is removed."""

    user_id = serializers.CharField(max_length=200, help_text="your own id of the person")
    email = serializers.CharField(max_length=320, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    first_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    language = serializers.CharField(max_length=35, required=False, allow_blank=True)
    country = serializers.CharField(max_length=60, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False, allow_blank=True)
    attributes = serializers.DictField(required=False, help_text="names and JSON values, 64 KB together")
    is_test = serializers.BooleanField(required=False)


class ProfileBulkSerializer(serializers.Serializer[Any]):
    profiles = ProfileInputSerializer(many=True, help_text=f"up to {BULK_LIMIT}")


class BulkItemSerializer(serializers.Serializer[BulkItem]):
    index = serializers.IntegerField(help_text="place in the call, from 0")
    user_id = serializers.CharField(allow_blank=True)
    result = serializers.ChoiceField(["created", "updated", "rejected"])
    field = serializers.CharField(allow_blank=True, help_text="what is at fault in a rejected item")
    detail = serializers.CharField(allow_blank=True)


class ProfileBulkResultSerializer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    rejected = serializers.IntegerField()
    items = BulkItemSerializer(many=True)


class ErasureSerializer(serializers.ModelSerializer[Erasure]):
    requested_by = serializers.CharField(source="requested_by_label")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="rows erased, by kind")

    class Meta:
        model = Erasure
        fields = ["id", "digest", "salt", "requested_by", "requested_at", "completed_at", "counts"]
        extra_kwargs = {"digest": {"help_text": "SHA-256 of the salt followed by the user ID, in hexadecimal"}}


ErasurePageSerializer = page_serializer(ErasureSerializer, "ErasurePage")
ProfilePageSerializer = page_serializer(ProfileSerializer, "ProfilePage")


class AudienceView(APIView):
    # Knows its actor. No docstring: views without one of their own would show it in the reference.

    def actor(self) -> Actor:
        actor: Actor = self.request.user.actor  # type: ignore[union-attr]
        return actor


class ProfilesView(AudienceView):
    @extend_schema(
        operation_id="profiles_list",
        parameters=[*PAGE_PARAMETERS, *SEARCH_PARAMETERS],
        responses={200: ProfilePageSerializer},
    )
    def get(self, request: Request) -> Response:
        """Profiles, the newest first."""
        found = profiles_found(
            self.actor().workspace,
            search=request.query_params.get("search", ""),
            test_only=request.query_params.get("is_test", "").lower() == "true",
        )
        return Response(ProfilePageSerializer(api_page(request, found, order=("-id",))).data)


class ProfilesBulkView(AudienceView):
    @extend_schema(
        operation_id="profiles_bulk_upsert",
        request=ProfileBulkSerializer,
        responses={200: ProfileBulkResultSerializer},
    )
    def post(self, request: Request) -> Response:
        """Creates or updates up to 1,000 people by `user_id`.

        Each item has its own result: one that is rejected says why, and the others are kept. Values that an item leaves
        out stay as they are. The same `user_id` twice in a call: the later item goes over the earlier one.
        """
        posted = request.data.get("profiles") if isinstance(request.data, dict) else None
        if not isinstance(posted, list):
            raise ProfileInvalid('Send a JSON object with a list: {"profiles": [{"user_id": "…"}]}.', field="profiles")
        results = profiles_upsert(actor=self.actor(), items=[person_posted(item) for item in posted])
        counts = {name: sum(item.result == name for item in results) for name in ("created", "updated", "rejected")}
        return Response(ProfileBulkResultSerializer({**counts, "items": results}).data)


class ProfileView(AudienceView):
    @extend_schema(operation_id="profiles_get", responses={200: ProfileSerializer})
    def get(self, request: Request, user_id: str) -> Response:
        """One person by your own id."""
        return Response(ProfileSerializer(profile_by_user_id(self.actor().workspace, user_id)).data)

    @extend_schema(operation_id="profiles_delete", responses={204: None})
    def delete(self, request: Request, user_id: str) -> Response:
        """Removes the person for good and erases what the log holds about them; `Location` leads to the proof."""
        actor = self.actor()
        erasure = profile_delete(actor=actor, profile=profile_by_user_id(actor.workspace, user_id))
        where = reverse("api_erasure", kwargs={"erasure": erasure.pk})
        return Response(status=status.HTTP_204_NO_CONTENT, headers={"Location": request.build_absolute_uri(where)})


class ErasuresView(AudienceView):
    @extend_schema(operation_id="erasures_list", parameters=PAGE_PARAMETERS, responses={200: ErasurePageSerializer})
    def get(self, request: Request) -> Response:
        """Proofs of erased people, the newest first."""
        found = erasures_all(self.actor().workspace)
        return Response(ErasurePageSerializer(api_page(request, found, order=("-id",))).data)


class ErasureView(AudienceView):
    @extend_schema(operation_id="erasures_get", responses={200: ErasureSerializer})
    def get(self, request: Request, erasure: int) -> Response:
        """The proof of one erasure; `completed_at` is null while a request may still be on its way."""
        return Response(ErasureSerializer(erasure_get(self.actor().workspace, erasure)).data)
