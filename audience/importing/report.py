"""What a dry run of a file found: counts, and why lines would be left out. It holds no value of any person."""

import re
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from webhooks_platform.base.typed_json import StoredModel

REASONS_KEPT = 20
# What differs from line to line in a reason: the value that it begins with, and how long a text is.
VALUE = re.compile(r"^“[^”]*”")
LENGTH = re.compile(r"is [\d,]+ characters long")


class RejectReason(BaseModel):
    """Lines left out for one reason: in general words, how many, and the first of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: str
    count: int
    line: int


class CheckReport(StoredModel):
    """Lines by what would become of them; together they are all lines of the file."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    reasons: tuple[RejectReason, ...] = ()

    @property
    def total(self) -> int:
        return self.created + self.updated + self.unchanged + self.skipped + self.rejected

    @property
    def writes(self) -> int:
        """Lines that would change something."""
        return self.created + self.updated


def general_words(reason: str) -> str:
    """The reason without the values of its line."""
    return LENGTH.sub("is too long", VALUE.sub("A value", reason))


class ReasonCounter:
    """Counts reasons as the lines go by."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, int]] = {}

    def add(self, rejects: Iterable[tuple[int, str]]) -> None:
        """``rejects`` are pairs of line and reason."""
        for line, reason in rejects:
            words = general_words(reason)
            count, first = self._found.get(words, (0, line))
            self._found[words] = (count + 1, first)

    def most_frequent(self) -> tuple[RejectReason, ...]:
        """The most frequent reasons, at most twenty."""
        found = [RejectReason(words=words, count=count, line=line) for words, (count, line) in self._found.items()]
        return tuple(sorted(found, key=lambda reason: (-reason.count, reason.line))[:REASONS_KEPT])
