"""Arithmetic of the bar that adds up: audience = delivered + failed + skipped + cancelled + pending."""

from dataclasses import dataclass
from typing import Final

ORDER: Final = ("delivered", "failed", "skipped", "cancelled", "pending")
WIDTH: Final = 1000
# One failure among a million must still be seen.
NARROWEST: Final = 6


@dataclass(frozen=True)
class Segment:
    state: str
    count: int
    x: int
    width: int


def segments(counts: dict[str, int]) -> list[Segment]:
    """The bar's parts from left to right, together exactly ``WIDTH`` wide; empty without any people."""
    present = [(state, counts.get(state, 0)) for state in ORDER if counts.get(state, 0) > 0]
    total = sum(count for _, count in present)
    widths = [max(NARROWEST, count * WIDTH // total) for _, count in present]
    if widths:
        widths[widths.index(max(widths))] += WIDTH - sum(widths)
    starts = [sum(widths[:n]) for n in range(len(widths))]
    return [Segment(state, n, x, width) for (state, n), x, width in zip(present, starts, widths, strict=True)]
