"""The people a marketer previews and tests with."""

from audience.models import Profile
from audience.selection import profiles_chosen
from campaigns.models import Campaign
from webhooks_platform.base.errors import ProductError

PREVIEW_PEOPLE = 25


def people_to_preview(campaign: Campaign) -> list[Profile]:
    """Test users first, then the first people of the audience."""
    test_users = list(Profile.objects.filter(workspace=campaign.workspace, is_test=True).order_by("id")[:10])
    known = {person.pk for person in test_users}
    others = [person for person in _audience_start(campaign) if person.pk not in known]
    return (test_users + others)[:PREVIEW_PEOPLE]


def _audience_start(campaign: Campaign) -> list[Profile]:
    try:
        return list(profiles_chosen(campaign.workspace, campaign.audience).order_by("id")[:PREVIEW_PEOPLE])
    except ProductError:
        return []


def profile_chosen(campaign: Campaign, profile_id: str) -> Profile | None:
    """The person picked in the preview, or the first one there is."""
    if profile_id.isdigit():
        return Profile.objects.filter(workspace=campaign.workspace, pk=int(profile_id)).first()
    return next(iter(people_to_preview(campaign)), None)
