"""The net below the acrobat: what was built is read back once with a standard parser before it may be sent."""

import functools
import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from xml.parsers import expat

import idna
import orjson

from . import limits
from .failures import BadValue

_URL_PARTS = re.compile(r"(https?)://([^/?#]+)([^?#]*)([^#]*)\Z", re.IGNORECASE)
_JSON_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|\s+|.', re.DOTALL)


def read_json(text: str, *, names_are_values: bool) -> str:
    """Raises BadValue unless the text is JSON, in which a value didn't take the name of another field."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        text = without_extra_commas(text)
        _check_json(text)
    if names_are_values:
        json.loads(text, object_pairs_hook=_refuse_repeated_names)
    return text


def _check_json(text: str) -> None:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadValue(f"For this person the text is not JSON: {error}.") from None


def _refuse_repeated_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        (name, _count), *_ = Counter(name for name, _ in pairs).most_common(1)
        raise BadValue(f"For this person the body has the name “{name[:60]}” twice.")
    return found


def without_extra_commas(text: str) -> str:
    """The text without commas that separate nothing, as at the end of a loop; texts in quotes stay as they are."""
    kept: list[str] = []
    comma_waits = False
    previous = ""
    for match in _JSON_TOKENS.finditer(text):
        piece = match.group()
        if piece == ",":
            comma_waits = True
            continue
        if not piece.isspace():
            if comma_waits and piece not in "]}" and previous not in ("", "[", "{"):
                kept.append(",")
            comma_waits = False
            previous = piece
        kept.append(piece)
    return "".join(kept)


def read_xml(text: str) -> str:
    parser = expat.ParserCreate(namespace_separator="}")
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise BadValue(f"For this person the text is not XML: {error}.") from None
    return text


def read_url(text: str) -> str:
    """Raises BadValue for an address that leads elsewhere than it reads."""
    if len(text) > limits.MAX_URL_CHARACTERS:
        raise BadValue(f"The URL is longer than {limits.MAX_URL_CHARACTERS:,} characters.")
    parts = _URL_PARTS.match(text)
    if parts is None:
        raise BadValue("The URL has no website.")
    scheme, host, path, query = parts.groups()
    if "." in path or "%2e" in path.lower():
        _refuse_dot_segments(path)
    return f"{scheme.lower()}://{_ascii_host(host)}{path or '/'}{query}"


def _refuse_dot_segments(path: str) -> None:
    if any(segment in (".", "..") for segment in path.lower().replace("%2e", ".").split("/")):
        raise BadValue("The URL has a . or .. part, which changes where the request goes.", hint="Remove that part.")


@functools.lru_cache(maxsize=1024)
def _ascii_host(host: str) -> str:
    """The host as DNS knows it: names in other scripts become their xn-- form. Raises BadValue."""
    try:
        parts = urlsplit(f"//{host}")
        if not parts.hostname or parts.username is not None or parts.password is not None or parts.port == 0:
            raise ValueError(host)
        return host if host.isascii() else idna.encode(host.partition(":")[0], uts46=True).decode() + _port(parts.port)
    except ValueError:
        raise BadValue(f"“{host[:100]}” is not a website address.") from None


def _port(port: int | None) -> str:
    return f":{port}" if port else ""


READ_BACK: dict[str, Callable[[str], str]] = {
    "header": lambda text: text.strip(" \t"),
    "url": read_url,
    "xml": read_xml,
}
