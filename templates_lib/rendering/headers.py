"""Which header names and content types content may write, and what a content type means for the body."""

import re

FORM_TYPE = "application/x-www-form-urlencoded"
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}\Z")
# RFC 9110 section 8.3; parameters may be quoted.
CONTENT_TYPE = re.compile(r'[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:\s*;\s*[\w-]+=(?:[\w!#$&^.+-]+|"[^"\\]*"))*\s*\Z', re.ASCII)
_CHARSET = re.compile(r';\s*charset="?([^";\s]+)', re.IGNORECASE)

_WRITTEN_BY_SENDER = "The product writes it for each request."
_WRITTEN_BY_TRANSPORT = "It belongs to the connection itself and is written for each request."
_SENDER_NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature", "idempotency-key")
_MESSAGE_NAMES = ("host", "content-length", "transfer-encoding", "expect", "trailer", "te")
_CONNECTION_NAMES = ("connection", "keep-alive", "upgrade")
RESERVED = {
    **dict.fromkeys(_SENDER_NAMES, _WRITTEN_BY_SENDER),
    **dict.fromkeys((*_MESSAGE_NAMES, *_CONNECTION_NAMES), _WRITTEN_BY_TRANSPORT),
}


def media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def language_of(content_type: str) -> str:
    """The language (a key of `languages.LANGUAGES`) in which a body of this type escapes its values."""
    media = media_type(content_type)
    if media in ("application/json", "text/json") or media.endswith("+json"):
        return "json"
    if media in ("application/xml", "text/xml") or media.endswith("+xml"):
        return "xml"
    return "form" if media == FORM_TYPE else "text"


def is_utf8(content_type: str) -> bool:
    charset = _CHARSET.search(content_type)
    return charset is None or charset.group(1).lower() in ("utf-8", "utf8", "us-ascii")
