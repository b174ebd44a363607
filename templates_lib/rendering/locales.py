"""The languages, time zones and currencies that dates, numbers and amounts of money can be written for."""

import threading
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, localedata
from babel.core import get_global
from babel.numbers import list_currencies

from . import limits

_loaded: dict[str, Locale] = {}
_lock = threading.Lock()


def read_tables() -> None:
    """What is read once in a process, 40 ms, should be nobody's time when requests are built."""
    _identifiers()
    _zones()
    _currencies()


def locale_named(name: str) -> Locale | None:
    """The language of a tag such as pt-BR, in any case, with - or _. None for one that Babel has no data of."""
    identifier = _identifier(name.strip().lower()) if len(name) <= limits.MAX_WORD_CHARACTERS else None
    return _loaded_locale(identifier) if identifier else None


@lru_cache(maxsize=1024)
def _identifier(tag: str) -> str | None:
    """What is known of the tag after leaving out parts from its end: de-XX is de (RFC 4647, section 3.4)."""
    parts = tag.replace("-", "_").split("_")
    found = (_identifiers().get("_".join(parts[:length])) for length in range(len(parts), 0, -1))
    return next(filter(None, found), None)


@cache
def _identifiers() -> dict[str, str]:
    """Babel's identifiers by their names in small letters, and by names that mean the same, such as zh_tw and iw."""
    own = {identifier.lower(): identifier for identifier in localedata.locale_identifiers()}
    same = [*get_global("likely_subtags").items(), *get_global("language_aliases").items()]
    return {name.lower(): own[identifier.lower()] for name, identifier in same if identifier.lower() in own} | own


def _loaded_locale(identifier: str) -> Locale:
    """Babel forgets no language that it once read, 190 MB for all of them. Beyond some, all are read anew."""
    found = _loaded.get(identifier)
    if found is None:
        with _lock:
            if len(_loaded) >= limits.MAX_LANGUAGES:
                _loaded.clear()
                localedata.clear_caches()
            found = _loaded.setdefault(identifier, _read(identifier))
    return found


def _read(identifier: str) -> Locale:
    """Babel 2.19 takes the apostrophes of the Swiss 1'234'567 for quotes and drops them: the typographic one stays."""
    locale = Locale.parse(identifier)
    symbols = locale.number_symbols["latn"]
    if symbols.get("group") == "'":
        symbols["group"] = "’"
    return locale


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of a name such as Europe/Madrid, in any case."""
    known = _zones().get(name.strip().lower())
    return _zone(known) if known else None


@cache
def _zone(known: str) -> ZoneInfo:
    return ZoneInfo(known)


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def currency_named(code: str) -> str | None:
    """The code in capitals, if it is or was a currency's (ISO 4217)."""
    upper = code.strip().upper()
    return upper if upper in _currencies() else None


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())
