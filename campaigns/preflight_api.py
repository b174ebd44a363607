"""Pre-flight over REST: what a launch would do, without sending anything."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import api_actor
from accounts.permissions import permit
from campaigns.errors import NotReady
from campaigns.preflight import Preflight, preflight_make
from campaigns.problems import campaign_problems
from campaigns.selectors import campaign_get


class SetbackSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["skip", "missing", "invalid", "budget"])
    message = serializers.CharField(source="words")
    field = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(help_text="of the people tried")
    example = serializers.CharField(source="example.user_id", help_text="user_id of one of them")


class ExtremeSerializer(serializers.Serializer[Any]):
    what = serializers.CharField(source="words")
    size = serializers.IntegerField(help_text="bytes of a body, characters of a URL")
    user_id = serializers.CharField(source="person.user_id")


class PreflightSerializer(serializers.Serializer[Preflight]):
    audience = serializers.IntegerField()
    tried = serializers.IntegerField(help_text="people rendered: all, or up to 1,000 from all over the audience")
    built = serializers.IntegerField(help_text="of those tried, how many have a request to send")
    held = serializers.IntegerField(help_text="of those tried, how many would be left out or fail")
    estimate = serializers.IntegerField(help_text="how many of the whole audience that makes")
    same = serializers.IntegerField(help_text="of those tried, how many get the same request as somebody else")
    setbacks = SetbackSerializer(many=True)
    extremes = ExtremeSerializer(many=True)


class CampaignPreflightView(APIView):
    @extend_schema(operation_id="campaigns_preflight", responses={200: PreflightSerializer})
    def get(self, request: Request, campaign: int) -> Response:
        """Renders a sample of the audience within 1.5 seconds; answers 422 while content or audience has errors."""
        actor = api_actor(request)
        permit(actor, "workspace.view")
        found = campaign_get(actor.workspace, campaign)
        made = preflight_make(found)
        if made is None:
            problems = campaign_problems(found, now=timezone.now())
            raise NotReady([problem for problem in problems if problem.is_error])
        return Response(PreflightSerializer(made).data)
