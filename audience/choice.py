"""Whom a campaign is for, as typed data. A run keeps a frozen copy with the segment's rules written out."""

from typing import Literal

from audience.rules import Rules
from webhooks_platform.base.typed_json import StoredModel


class AudienceChoice(StoredModel):
    """Everyone, the test users, a saved segment, rules made in the campaign, or named profiles (a test send)."""

    kind: Literal["everyone", "test_users", "segment", "rules", "profiles"] = "everyone"
    segment_id: int | None = None
    rules: Rules = Rules()
    profile_ids: tuple[int, ...] = ()
