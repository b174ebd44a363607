"""Sets of HTTP statuses as people write them: ``200-299, 304``. Pure."""

import re

from channels.errors import ConnectionInvalid

Ranges = tuple[tuple[int, int], ...]
_PART = re.compile(r"([1-5]\d\d|[1-5]xx)(?:\s*[-–]\s*([1-5]\d\d))?", re.IGNORECASE)


def statuses_read(text: str) -> Ranges:
    """Inclusive ranges in ascending order, joined where they touch; raises ConnectionInvalid, field "statuses"."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise ConnectionInvalid("Name at least one status, such as 200-299.", field="statuses")
    return _joined(sorted(_range(part) for part in parts))


def statuses_text(ranges: Ranges) -> str:
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in ranges)


def _range(part: str) -> tuple[int, int]:
    found = _PART.fullmatch(part)
    if not found:
        raise ConnectionInvalid(
            f"“{part[:20]}” is not a status. Write them like 200-299, 304 or 2xx.", field="statuses"
        )
    first, last = found.groups()
    if first.lower().endswith("xx"):
        return int(first[0]) * 100, int(first[0]) * 100 + 99
    low, high = int(first), int(last or first)
    if low > high:
        raise ConnectionInvalid(f"“{part}” runs backwards. Write {high}-{low}.", field="statuses")
    return low, high


def _joined(ranges: list[tuple[int, int]]) -> Ranges:
    joined: list[tuple[int, int]] = []
    for low, high in ranges:
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)
