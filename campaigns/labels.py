"""Labels: free words by which people group campaigns."""

from collections.abc import Iterable, Mapping
from typing import Any

from campaigns.models import LABEL_LENGTH, LABEL_LIMIT
from webhooks_platform.base.errors import InvalidInput
from webhooks_platform.base.words import words_listed


def labels_check(labels: Iterable[str]) -> None:
    """Raises InvalidInput for labels that can't be kept."""
    listed = list(labels)
    if len(listed) > LABEL_LIMIT:
        raise InvalidInput(f"A campaign can have {LABEL_LIMIT} labels at most. Remove some.", field="labels")
    for label in listed:
        if not 1 <= len(label.strip()) <= LABEL_LENGTH or "," in label or not label.isprintable():
            raise InvalidInput(
                f"“{label[:LABEL_LENGTH]}” can't be a label. Use 1 to {LABEL_LENGTH} characters, no commas.",
                field="labels",
            )


def labels_posted(data: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a form says about labels; nothing when it has no such field."""
    return {"labels": words_listed(data["labels"])} if "labels" in data else {}
