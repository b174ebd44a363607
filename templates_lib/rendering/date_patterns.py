"""Date patterns of the CLDR (Unicode TS 35, part 4), refused where they would come out as nobody means them.

Babel takes every text as a pattern: `DD/MM/YYYY` gives the day of the year and the year of the week, `%d.%m` gives
minutes, `d de MMMM` gives the weekday, and words after a quote that is never closed are lost.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from babel.dates import DateTimePattern, parse_pattern, tokenize_pattern

from .failures import BadValue

WORDS = ("short", "medium", "long", "full")
MAX_PATTERN_CHARACTERS = 100
TIME_FIELDS = frozenset("abBhHKkmsSA")
ZONE_FIELDS = frozenset("zZOvVxX")
_HOURS = frozenset("hHkK")
_EXAMPLE = "Write it like d MMMM y, or short, medium, long or full."
_QUOTES = "Put words into single quotes: d 'de' MMMM."
_QUOTED = re.compile("'[^']*'")
_MEANINGLESS = re.compile("[%A-Za-z]")


@dataclass(frozen=True)
class Pattern:
    """`babel` is None for one of the `WORDS`, whose pattern depends on the language."""

    text: str
    babel: DateTimePattern | None
    fields: frozenset[str]


def date_pattern(text: str) -> Pattern:
    """Raises BadValue for a text that is no pattern, or that is probably none that was meant."""
    if len(text) > MAX_PATTERN_CHARACTERS:
        raise BadValue(f"The date pattern is longer than {MAX_PATTERN_CHARACTERS} characters.", hint=_EXAMPLE)
    return _pattern(text)


@lru_cache(maxsize=256)
def _pattern(text: str) -> Pattern:
    if text in WORDS:
        return Pattern(text, None, frozenset())
    if text.count("'") % 2:
        raise _refusal(text, "has a quote that is never closed", _QUOTES)
    letters = [field[0] for kind, field in tokenize_pattern(text) if kind == "field"]
    fields = frozenset(letters)
    if not fields:
        raise _refusal(text, "has no part of a date")
    _check_meaning(text, letters, fields)
    try:
        return Pattern(text, parse_pattern(text), fields)
    except ValueError:
        raise _refusal(text, "has a letter too often in a row") from None


def _check_meaning(text: str, letters: list[str], fields: frozenset[str]) -> None:
    between = "".join(str(part) for kind, part in tokenize_pattern(_QUOTED.sub("", text)) if kind == "chars")
    meaningless = _MEANINGLESS.search(between)
    if meaningless:
        hint = "Write it like d MMMM y, not like %d." if meaningless.group() == "%" else _QUOTES
        raise _refusal(text, f"has a {meaningless.group()} that means nothing", hint)
    twice = next((letter for letter in letters if letters.count(letter) > 1), None)
    if twice:
        raise _refusal(text, f"has {twice} in two places", _QUOTES)
    if "Y" in fields and "w" not in fields:
        raise _refusal(text, "has Y, the year of a week", "Write y for the year.")
    if "D" in fields and "M" in fields:
        raise _refusal(text, "has D, the day of the year", "Write d for the day.")
    if "m" in fields and not fields & _HOURS:
        raise _refusal(text, "has m, the minutes, without an hour", "Write M for the month.")


def _refusal(text: str, what: str, hint: str = _EXAMPLE) -> BadValue:
    return BadValue(f"The date pattern “{text}” {what}.", hint=hint)
