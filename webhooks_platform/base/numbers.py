"""Whole numbers in what browsers and API callers send."""

from collections.abc import Iterable

# So that a number fits a bigint, the type of every id.
DIGITS = 18


def number_in(text: str) -> int | None:
    """The number that a text writes with up to 18 of the digits 0 to 9 and nothing else; None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else None


def numbers_in(texts: Iterable[str]) -> list[int]:
    """The numbers among the texts."""
    return [number for number in map(number_in, texts) if number is not None]
