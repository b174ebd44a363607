"""The last notifications of a person, on the profile's page."""

from typing import Any

from accounts.models import Workspace
from audience.models import Profile
from audience.sections import ProfileSection
from notifications.selectors import LogFilters, log_rows, notification_page

SHOWN = 10


def person_context(workspace: Workspace, profile: Profile) -> dict[str, Any]:
    """The newest rows of the log about the person, and whether there are more."""
    page = notification_page(workspace, LogFilters(person=profile.user_id), size=SHOWN)
    return {"rows": log_rows(workspace, page.items), "more": bool(page.older_cursor)}


PERSON_SECTION = ProfileSection("Notifications", "notifications/_person.html", person_context)
