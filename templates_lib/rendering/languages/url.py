"""The URL machine: which website is called is written by hand; each value stays inside its part."""

import re
from typing import NamedTuple

from .base import Language, Misplaced
from .plain import encoded, read_percent, refuse_open_percent

SCHEME = "scheme"
HOST = "host"
SEGMENT_START = "segment start"
PATH = "path"
QUERY = "query"

_SCHEMES = ("https://", "http://")
_VALUE_MARK = "\0"
# Registries that sell names one level deeper, as in co.uk: there the first label is the owner's whole name.
_REGISTRY_LABELS = frozenset(
    (
        "ac",
        "co",
        "com",
        "edu",
        "go",
        "gob",
        "gouv",
        "gov",
        "gv",
        "id",
        "ltd",
        "me",
        "mil",
        "ne",
        "net",
        "nom",
        "or",
        "org",
    )
)
_WRITE_WEBSITE = "Write the website yourself, as in https://api.example.com/people/{{ user_id }}."


class UrlState(NamedTuple):
    """`text` is the scheme or host so far (values in it as NUL), later an incomplete %XX."""

    phase: str
    text: str = ""


class Url(Language[UrlState]):
    kind = "url"
    start = UrlState(SCHEME)

    def __init__(self, *, fixed_host: bool) -> None:
        """`fixed_host`: no part of the host may be a value, because a secret goes there."""
        self.fixed_host = fixed_host

    def read(self, state: UrlState, character: str) -> UrlState:
        if character < " " or character == "\x7f":
            raise Misplaced("There is a line break or control character in the URL.", "Write the URL on one line.")
        if state.phase == SCHEME:
            return self._read_scheme(state.text + character)
        if state.phase == HOST:
            return self._read_host(state.text, character)
        return self._read_path(state, character)

    def place(self, state: UrlState) -> tuple[str, UrlState]:
        if state.phase == SCHEME:
            raise Misplaced("A value can't choose the website the request goes to.", _WRITE_WEBSITE)
        if state.phase == HOST:
            self._refuse_host_value(state.text)
            return "url_host_label", UrlState(HOST, state.text + _VALUE_MARK)
        refuse_open_percent(state.text)
        if state.phase == SEGMENT_START:
            return "url_segment", UrlState(PATH)
        return "url_part", state

    def finish(self, state: UrlState) -> None:
        if state.phase == SCHEME:
            raise Misplaced("The URL must start with https:// (or http://).", _WRITE_WEBSITE)
        if state.phase == HOST:
            check_host(state.text)
        else:
            refuse_open_percent(state.text)

    def shape(self, state: UrlState) -> str:
        return "in the website" if state.phase in (SCHEME, HOST) else "after the website"

    def replacement(self, state: UrlState, character: str) -> str | None:
        if state.phase in (SCHEME, HOST) or state.text:
            return None
        return encoded(character) if character > "~" or character in ' "<>\\^`{|}' else None

    def _read_scheme(self, text: str) -> UrlState:
        if text.lower() in _SCHEMES:
            return UrlState(HOST)
        if any(scheme.startswith(text.lower()) for scheme in _SCHEMES):
            return UrlState(SCHEME, text)
        raise Misplaced("The URL must start with https:// (or http://).", _WRITE_WEBSITE)

    def _read_host(self, text: str, character: str) -> UrlState:
        if character in "/?#":
            check_host(text)
            return self._read_path(UrlState(PATH), character)
        if character == "@":
            raise Misplaced(
                "A name or password before @ is not allowed in the URL.",
                "Save it in a connection: there it is encrypted.",
            )
        if not (character.isalnum() or character in ".-:_"):
            raise Misplaced(f"{character} is not allowed in a website address.", _WRITE_WEBSITE)
        return UrlState(HOST, text + character)

    def _read_path(self, state: UrlState, character: str) -> UrlState:
        phase = PATH if state.phase == SEGMENT_START else state.phase
        percent = read_percent(state.text, character)
        if percent or state.text:
            return UrlState(phase, percent)
        if character == "#":
            raise Misplaced("What follows # is never sent to a server.", "Remove it, or write %23 for a # sign.")
        if character == "?":
            return UrlState(QUERY)
        if character == "/" and phase == PATH:
            return UrlState(SEGMENT_START)
        return UrlState(phase)

    def _refuse_host_value(self, text: str) -> None:
        if self.fixed_host:
            raise Misplaced(
                "A value can't be in the website, because the connection's secret is sent there.",
                "Write the whole website yourself, or use a connection for each website.",
            )
        if ":" in text:
            raise Misplaced("A value can't choose the port.", "Write the port yourself.")


def check_host(text: str) -> None:
    """Refuse hosts and ports that can't be, and values that stand anywhere but in a subdomain. Raises Misplaced."""
    host, separator, port = text.partition(":")
    labels = host.rstrip(".").split(".")
    if _VALUE_MARK in host and not _only_subdomain_is_value(labels):
        raise Misplaced(
            "A value can't choose the website the request goes to.",
            "A value may only be the first part, as in https://{{ shop }}.example.com/.",
        )
    if not all(0 < len(label) <= 63 for label in labels):
        raise Misplaced("The website address is missing or has an empty part.", _WRITE_WEBSITE)
    if separator and not (re.fullmatch("[0-9]{1,5}", port) and 0 < int(port) < 65536):
        raise Misplaced("The port must be a number from 1 to 65535.", "Remove the : and what follows it, or mend it.")


def _only_subdomain_is_value(labels: list[str]) -> bool:
    fixed = labels[1:]
    if len(fixed) < 2 or any(_VALUE_MARK in label for label in fixed) or not fixed[-1][:1].isalpha():
        return False
    return not (len(fixed) == 2 and len(fixed[1]) == 2 and fixed[0].lower() in _REGISTRY_LABELS)
