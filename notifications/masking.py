"""Secrets out of everything that is logged, shown or copied: as written, and as encodings carry them."""

import base64
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

from notifications.spellings import Spelling

MASK = "••••••••"
# Shorter secrets are not searched for: masking every "ab" would wreck the log and give the secret away.
SHORTEST_SECRET = 4
# A base64 run shorter than this says too little to be recognised without masking innocent text.
SHORTEST_BASE64 = 6

_SECRET_NAME = re.compile(
    r"(?:^|[-_.])(?:(?:proxy-)?authorization|(?:set-)?cookie2?|api-?key|access-?key|(?:auth|access|refresh|session)?-?token"
    r"|(?:client-?)?secret|password|passwd|credentials?)$",
    re.IGNORECASE,
)
_SECRET_PARAMETER = re.compile(r"([?&;])([^=&;#?]+)=([^&;#]+)")
_USER_INFORMATION = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/?#@]*:[^/?#@]*@", re.IGNORECASE)
_SCHEMES = frozenset(("basic", "bearer", "digest", "token", "apikey", "negotiate"))


def mask(text: str, secrets: Iterable[str]) -> str:
    """The text with each secret replaced, also where it is URL-encoded, JSON- or HTML-escaped or within base64."""
    known = tuple(secrets)
    if not [core for core in _cores(known) if core in text]:
        return text
    return mask_bytes(text.encode("utf-8", "surrogatepass"), known).decode("utf-8", "surrogatepass")


def mask_bytes(body: bytes, secrets: Iterable[str], *, truncated: bool = False) -> bytes:
    """The same for bytes. ``truncated``: also a secret's beginning at the very end, where the body was cut."""
    known = tuple(secrets)
    for spelling in _found(body, known):
        body = spelling.replaced(body, MASK.encode())
    if truncated:
        for _, spelling in _spellings(known):
            start = spelling.cut_at(body, SHORTEST_SECRET)
            body = body if start is None else body[:start] + MASK.encode()
    return body


def holds_secret(texts: Iterable[bytes], secrets: Iterable[str]) -> bool:
    """Whether ``mask_bytes`` might change one of them. For many at once: to look in one large text takes a fraction of
    the time that as many small ones take."""
    together = b"\n".join(texts)
    return any(spelling.stands_in(together) for spelling in _found(together, tuple(secrets)))


def _found(text: bytes, secrets: tuple[str, ...]) -> list[Spelling]:
    """Those that may stand in it, told at little cost; hardly ever any."""
    return [spelling for core, spelling in _spellings(secrets) if core in text]


def mask_url(url: str, secrets: Iterable[str]) -> str:
    """The URL with secrets, passwords and the values of parameters that are named like a secret replaced."""
    url = _USER_INFORMATION.sub(rf"\1{MASK}@", mask(url, secrets))
    return _SECRET_PARAMETER.sub(_masked_parameter, url)


def mask_header(name: str, value: str, secrets: Iterable[str]) -> str:
    """One header's value: replaced whole where the name says that it is a secret."""
    return _without_value(value) if is_secret_name(name) else mask(value, secrets)


def _without_value(value: str) -> str:
    """Nothing stays but an authorization scheme, which helps to find a mistake."""
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space and scheme.lower() in _SCHEMES else MASK


def mask_headers(lines: str, secrets: Iterable[str]) -> str:
    """Headers as the ledger keeps them: a line each, "Name: value", in the order sent, secrets replaced."""
    return mask("\n".join([_masked_line(line) for line in lines.split("\n")]), secrets)


def _masked_line(line: str) -> str:
    name, colon, value = line.partition(": ")
    return f"{name}: {_without_value(value)}" if colon and is_secret_name(name) else line


def header_pairs(text: str) -> list[tuple[str, str]]:
    """The headers of ``mask_headers`` read back."""
    pairs = (line.partition(": ") for line in text.split("\n") if line)
    return [(name, value) for name, _, value in pairs]


def is_secret_name(name: str) -> bool:
    """Whether a header, parameter or field of this name holds a secret, as "Authorization" or "x-api-key" do."""
    return _ends_secretly(name[-_SECRET_NAME_LENGTH:])


# The end alone says it, and a destination's names may be long: they are not to be remembered whole.
_SECRET_NAME_LENGTH = 32


@lru_cache(maxsize=1024)
def _ends_secretly(name: str) -> bool:
    return bool(_SECRET_NAME.search(name.replace("_", "-")))


def _masked_parameter(found: re.Match[str]) -> str:
    start, name, value = found.groups()
    return f"{start}{name}={MASK if is_secret_name(name) else value}"


@lru_cache(maxsize=256)
def _spellings(secrets: tuple[str, ...]) -> tuple[tuple[bytes, Spelling], ...]:
    """The secrets and what base64 makes of them, longest first so that none leaves a rest of another.

    Each with its core in front, which most texts are searched for alone.
    """
    long = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
    quoted = {form for secret in long for form in _quoted(secret) - {secret}}
    found = {Spelling(secret) for secret in long - quoted}  # their spellings are those of what is quoted
    found |= {Spelling(form, base64=True) for secret in long for form in _base64_forms(secret.encode())}
    ordered = sorted(found, key=lambda spelling: (-len(spelling.text), spelling.text))
    return tuple((spelling.core, spelling) for spelling in ordered)


@lru_cache(maxsize=256)
def _cores(secrets: tuple[str, ...]) -> tuple[str, ...]:
    return tuple({core.decode() for core, _ in _spellings(secrets)})


def _quoted(secret: str) -> set[str]:
    return {quote(secret, safe=""), quote(secret), quote_plus(secret)}


def _base64_forms(secret: bytes) -> set[str]:
    """The secret within base64 of something longer, as "user:secret" in Basic: one form for each of 3 alignments.

    Characters that the neighbours share bits with are left out: at most two of them stay in the text.
    """
    forms = set()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret).decode().rstrip("=")
        start = (0, 2, 3)[before]
        whole = (before + len(secret)) // 3 * 4
        core = encoded[start:whole]
        if len(core) >= SHORTEST_BASE64:
            forms.add(core)
    forms.add(base64.b64encode(secret).decode())
    return forms
