"""What can go wrong with profiles, segments and imports, in words."""

from webhooks_platform.base.errors import InvalidInput, NotFound, StaleState


class RuleInvalid(InvalidInput):
    code = "rule_invalid"


class SegmentRemoved(InvalidInput):
    code = "segment_removed"


class SegmentInvalid(InvalidInput):
    code = "segment_invalid"


class SegmentChanged(StaleState):
    code = "segment_changed"
    title = "Somebody else changed this segment"


class SegmentInUse(StaleState):
    """Campaigns choose the segment; the message names them."""

    code = "segment_in_use"
    title = "This is in use"


class AttributeInvalid(InvalidInput):
    code = "attribute_invalid"


class AttributeChanged(StaleState):
    code = "attribute_changed"
    title = "Somebody else changed this attribute"


class AttributeInUse(StaleState):
    """Segments, campaigns or templates read the attribute; the message names them."""

    code = "attribute_in_use"
    title = "This is in use"


class ProfileInvalid(InvalidInput):
    code = "profile_invalid"


class ProfileChanged(StaleState):
    code = "profile_changed"
    title = "Somebody else changed this profile"


class AudienceNotFound(NotFound):
    """A profile, segment or import that is not in this workspace."""


class FileRefused(InvalidInput):
    """An uploaded file that can't be read as profiles; nothing of it was imported."""

    code = "file_refused"


class ImportLost(StaleState):
    """Another worker took this import over; the one that gets this stops without a trace."""

    code = "import_lost"
