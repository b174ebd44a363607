"""Secrets out of everything that is logged, shown or copied: as written, and as encodings carry them."""

import base64
import html
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

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
    for form in _forms(tuple(secrets)):
        if form in text:
            text = text.replace(form, MASK)
    return text


def mask_bytes(body: bytes, secrets: Iterable[str], *, truncated: bool = False) -> bytes:
    """The same for bytes. ``truncated``: also a secret's beginning at the very end, where the body was cut."""
    for encoded in _byte_forms(tuple(secrets)):
        if encoded in body:
            body = body.replace(encoded, MASK.encode())
        if truncated:
            body = _without_cut_secret(body, encoded)
    return body


def holds_secret(texts: Iterable[bytes], secrets: Iterable[str]) -> bool:
    """Whether ``mask_bytes`` might change one of them. For many at once: to look for a long form in one large text
    takes a fraction of the time that as many small ones take."""
    together = b"\n".join(texts)
    return any(form in together for form in _byte_forms(tuple(secrets)))


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


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Whether a header, parameter or field of this name holds a secret, as "Authorization" or "x-api-key" do."""
    return bool(_SECRET_NAME.search(name.replace("_", "-")))


def _masked_parameter(found: re.Match[str]) -> str:
    start, name, value = found.groups()
    return f"{start}{name}={MASK if is_secret_name(name) else value}"


@lru_cache(maxsize=256)
def _forms(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """Every way in which the secrets may stand in a text, longest first so that no form leaves a rest of another."""
    found = {form for secret in secrets if len(secret) >= SHORTEST_SECRET for form in _forms_of(secret)}
    return tuple(sorted(found, key=lambda form: (-len(form), form)))


@lru_cache(maxsize=256)
def _byte_forms(secrets: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(form.encode() for form in _forms(secrets))


def _forms_of(secret: str) -> set[str]:
    ascii_json, plain_json = (json.dumps(secret, ensure_ascii=flag)[1:-1] for flag in (True, False))
    percent = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    return {
        secret,
        ascii_json,
        plain_json,
        ascii_json.replace("/", r"\/"),
        plain_json.replace("/", r"\/"),
        html.escape(secret),
        *percent,
        *(re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), form) for form in percent),
        *_base64_forms(secret.encode()),
    }


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
            forms |= {core, core.replace("+", "-").replace("/", "_")}
    forms.add(base64.b64encode(secret).decode())
    return forms


def _without_cut_secret(body: bytes, form: bytes) -> bytes:
    for length in range(min(len(form) - 1, len(body)), SHORTEST_SECRET - 1, -1):
        if body.endswith(form[:length]):
            return body[:-length] + MASK.encode()
    return body
