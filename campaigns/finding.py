"""One thing found in a campaign's content."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One problem of the content. ``fix``: what one click puts in behind ``path`` at ``line`` and ``column``."""

    field: str
    message: str
    hint: str = ""
    line: int | None = None
    column: int | None = None
    severity: Literal["error", "warning"] = "error"
    fix: Mapping[str, str | int] | None = None

    @property
    def words(self) -> str:
        return f"{self.message} {self.hint}".strip()
