"""The people a marketer previews and tests with."""

from collections.abc import Iterable

from django.db.models import Case, Q, QuerySet, Value, When

from audience.attributes import name_problem
from audience.fields import ATTRIBUTE_PREFIX
from audience.models import Profile
from audience.rules import Group, Rule, Rules
from audience.selection import profiles_chosen, rules_q
from audience.selectors import profiles_found
from campaigns.models import Campaign
from webhooks_platform.base.errors import ProductError
from webhooks_platform.base.numbers import number_in, numbers_in

PREVIEW_PEOPLE = 25


def people_to_preview(campaign: Campaign, wanted: str = "") -> list[Profile]:
    """The person whose id is ``wanted``, test users, then the first people of the audience."""
    everyone = Profile.objects.filter(workspace=campaign.workspace)
    asked_for = list(everyone.filter(pk__in=numbers_in([wanted])))
    test_users = list(everyone.filter(is_test=True).order_by("id")[:10])
    found = {person.pk: person for person in (*asked_for, *test_users, *_audience_start(campaign))}
    return list(found.values())[:PREVIEW_PEOPLE]


def _audience_start(campaign: Campaign) -> list[Profile]:
    return list(_audience(campaign)[:PREVIEW_PEOPLE])


def _audience(campaign: Campaign) -> QuerySet[Profile]:
    """In the order of their ids; nobody while the audience can't be told."""
    try:
        return profiles_chosen(campaign.workspace, campaign.audience).order_by("id")
    except ProductError:
        return Profile.objects.none()


def profile_chosen(campaign: Campaign, profile_id: str) -> Profile | None:
    """The person picked in the preview, or the first one there is."""
    if (number := number_in(profile_id)) is not None:
        return Profile.objects.filter(workspace=campaign.workspace, pk=number).first()
    return next(iter(people_to_preview(campaign)), None)


def people_searched(campaign: Campaign, search: str) -> list[Profile]:
    """People of the workspace that fit the search, in the audience or not."""
    if not search.strip():
        return people_to_preview(campaign)
    return list(profiles_found(campaign.workspace, search=search).order_by("id")[:PREVIEW_PEOPLE])


def people_after(campaign: Campaign, profile_id: int) -> list[Profile]:
    """The next people of the audience; from the start again after the last one."""
    audience = _audience(campaign)
    return list(audience.filter(pk__gt=profile_id)[:PREVIEW_PEOPLE]) or list(audience[:PREVIEW_PEOPLE])


def people_lacking(campaign: Campaign, name: str) -> list[Profile]:
    """People of the audience without a value for a variable; raises RuleInvalid for what is no field of profiles."""
    return list(_audience(campaign).filter(_without(name))[:PREVIEW_PEOPLE])


def _without(name: str) -> Q:
    field = name if name in Profile.STANDARD_FIELDS else ATTRIBUTE_PREFIX + name
    return rules_q(Rules(root=Group(items=(Rule(field=field, operator="is_not_set"),))))


def people_for_review(campaign: Campaign, names: Iterable[str]) -> list[tuple[str, Profile]]:
    """Three different people, or all of fewer, with why they were chosen: who lacks most of the variables, the first,
    the last; and where these are only two, somebody between the first and the last.
    """
    audience = _audience(campaign)
    first, last = audience.first(), audience.last()
    chosen = [("Fewest values", _lacking_most(audience, names)), ("First", first), ("Last", last)]
    if first and last and len({person.pk for _, person in chosen if person}) == 2:
        chosen.append(("In between", _in_between(audience, first.pk, last.pk)))
    found: dict[int, tuple[str, Profile]] = {}
    for why, person in chosen:
        if person is not None:
            found.setdefault(person.pk, (why, person))
    return list(found.values())


def _in_between(audience: QuerySet[Profile], first: int, last: int) -> Profile | None:
    """Near the middle of their ids, where no counting is needed; None when there are only these two."""
    inside = audience.filter(pk__gt=first, pk__lt=last)
    middle = (first + last) // 2
    return inside.filter(pk__gte=middle).first() or inside.filter(pk__lt=middle).last()


def _lacking_most(audience: QuerySet[Profile], names: Iterable[str]) -> Profile | None:
    """None when nobody in the audience lacks any of the variables."""
    fields = [name for name in names if name in Profile.STANDARD_FIELDS or not name_problem(name)]
    if not fields:
        return None
    missing = sum((Case(When(_without(name), then=1), default=0) for name in fields), start=Value(0))
    return audience.annotate(missing=missing).filter(missing__gt=0).order_by("-missing", "id").first()
