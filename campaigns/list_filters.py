"""The filters of Existing campaigns as they stand in its address."""

from collections.abc import Mapping
from typing import TypedDict

from accounts.models import User
from campaigns.models import CampaignStatus
from campaigns.selectors import UNDER_WAY

STATUS_CHOICES = [*CampaignStatus.choices, (UNDER_WAY, "Under way")]


class ListFilters(TypedDict):
    search: str
    status: str
    label: str
    created_by: User | None


def list_filters(query: Mapping[str, str], user: User) -> ListFilters:
    """What the address asks for; a status that doesn't exist asks for nothing."""
    status = query.get("status", "")
    return {
        "search": query.get("q", "").replace("\x00", "").strip(),
        "status": status if status in dict(STATUS_CHOICES) else "",
        "label": query.get("label", "").replace("\x00", ""),
        "created_by": user if query.get("mine") == "1" else None,
    }
