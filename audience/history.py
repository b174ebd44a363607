"""What was done to one profile by hand, from the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import AuditEntry, Workspace
from audience.fields import STANDARD_LABELS
from audience.models import Profile
from audience.selectors import attribute_labels

SHOWN = 10
WORDS = {
    "profile.created": "Added",
    "profile.changed": "Changed",
    "profile.test_on": "Made a test user",
    "profile.test_off": "No longer a test user",
}


@dataclass(frozen=True)
class Change:
    """One entry, in words."""

    what: str
    who: str
    at: datetime


def profile_history(workspace: Workspace, profile: Profile) -> list[Change]:
    """The latest changes of the profile, the newest first."""
    entries = AuditEntry.objects.filter(workspace=workspace, target="profile", target_id=str(profile.pk))
    labels = {**attribute_labels(workspace), **STANDARD_LABELS, "is_test": "Test user"}
    shown = entries.select_related("user", "token").order_by("-at", "-id")[:SHOWN]
    return [Change(_what(entry, labels), entry.who, entry.at) for entry in shown]


def _what(entry: AuditEntry, labels: dict[str, str]) -> str:
    names = ", ".join(labels.get(name, name) for name in entry.detail.get("changed", []))
    words = WORDS.get(entry.action, entry.action)
    return f"{words}: {names}" if names else words
