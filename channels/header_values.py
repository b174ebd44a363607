"""The default headers of a connection, as they are entered: checked, and their secret values kept apart. Pure."""

import re
from dataclasses import dataclass, field

from channels.errors import ConnectionInvalid
from channels.policy import DefaultHeader, DefaultHeaders

MOST_HEADERS = 30
# Shorter ones can't be masked in the log without masking half of it.
SHORTEST_SECRET = 6
# RFC 9110, section 5.6.2.
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
# Set by the sender itself, or they frame the message.
RESERVED_HEADERS = frozenset(
    {"host", "connection", "content-length", "content-type", "transfer-encoding", "te", "trailer", "upgrade"}
    | {"keep-alive", "expect", "webhook-id", "webhook-timestamp", "webhook-signature", "idempotency-key"}
)


@dataclass(frozen=True)
class EnteredHeader:
    """A secret one without a value keeps the stored value."""

    name: str
    value: str = field(repr=False)
    secret: bool = False


@dataclass(frozen=True)
class CheckedHeaders:
    """``shown`` without secret values; ``secrets`` by lower-case name."""

    shown: DefaultHeaders
    secrets: dict[str, str] = field(repr=False)


def headers_checked(
    entered: tuple[EnteredHeader, ...], *, stored: dict[str, str], auth_header: str, kept_for_origin: bool
) -> CheckedHeaders:
    """``stored``: the secret values there are; ``auth_header``: the one that the authentication sets.

    Raises ConnectionInvalid; its field is ``headers.0.name``, or ``secret_headers.0.value``.
    """
    if len(entered) > MOST_HEADERS:
        raise ConnectionInvalid(f"A connection has at most {MOST_HEADERS} default headers.", field="headers")
    counts, seen, secrets = {False: 0, True: 0}, {auth_header.lower()} - {""}, {}
    for header in entered:
        place = f"{'secret_headers' if header.secret else 'headers'}.{counts[header.secret]}"
        counts[header.secret] += 1
        name = header.name.lower()
        _check_name(header.name, place, seen)
        seen.add(name)
        if header.secret:
            secrets[name] = header.value or _stored(header.name, stored, place, kept_for_origin)
        _check_value(secrets[name] if header.secret else header.value, place, secret=header.secret)
    shown = (
        DefaultHeader(name=each.name, value="" if each.secret else each.value, secret=each.secret) for each in entered
    )
    return CheckedHeaders(DefaultHeaders(headers=tuple(shown)), secrets)


def _stored(name: str, stored: dict[str, str], place: str, kept_for_origin: bool) -> str:
    if name.lower() not in stored:
        raise ConnectionInvalid(f"Enter the value of {name}.", field=f"{place}.value")
    if not kept_for_origin:
        raise ConnectionInvalid(
            f"Enter the value of {name} again: the stored one was given for another origin.", field=f"{place}.value"
        )
    return stored[name.lower()]


def _check_name(name: str, place: str, seen: set[str]) -> None:
    if len(name) > 100 or not HEADER_NAME.fullmatch(name):
        raise ConnectionInvalid(
            "A header's name has letters, digits and hyphens only, such as X-Tenant.", field=f"{place}.name"
        )
    if name.lower() in RESERVED_HEADERS:
        raise ConnectionInvalid(f"{name} is set by the sender itself.", field=f"{place}.name")
    if name.lower() in seen:
        raise ConnectionInvalid(f"{name} is set already, here or by the authentication.", field=f"{place}.name")


def _check_value(value: str, place: str, *, secret: bool) -> None:
    if len(value) > 4_000 or not HEADER_VALUE.fullmatch(value):
        raise ConnectionInvalid(
            "A header's value has visible ASCII characters, and spaces between them.", field=f"{place}.value"
        )
    if secret and len(value) < SHORTEST_SECRET:
        raise ConnectionInvalid(
            f"A secret value has at least {SHORTEST_SECRET} characters: a shorter one can't be hidden in the log.",
            field=f"{place}.value",
        )
