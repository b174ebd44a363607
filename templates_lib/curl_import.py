"""A pasted cURL command read as webhook content."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Literal, get_args
from urllib.parse import parse_qsl, unquote_plus, urlsplit, urlunsplit

import orjson

from templates_lib.content import (
    Body,
    FormBody,
    JsonPair,
    JsonPairsBody,
    Method,
    MultipartBody,
    NoBody,
    Pair,
    RawBody,
    WebhookContent,
)
from templates_lib.curl_options import CurlOptions, CurlUnreadable, command_read
from templates_lib.rendering.headers import FORM_TYPE, language_of, media_type

_KEY_HEADER = re.compile(r"(?:^|[-_])(?:api[-_]?key|access[-_]?key|(?:auth|access)?[-_]?token|secret)$", re.IGNORECASE)


@dataclass(frozen=True)
class CurlAuthentication:
    """Authentication found in the command: kept out of the content, offered to be stored encrypted."""

    kind: Literal["basic", "bearer", "api_key_header"]
    secret: str = field(repr=False)
    username: str = ""
    key_name: str = ""


@dataclass(frozen=True)
class CurlRequest:
    """``ignored``: options of the command that change nothing here, in words."""

    content: WebhookContent
    authentication: CurlAuthentication | None = None
    ignored: tuple[str, ...] = ()


def curl_read(command: str) -> CurlRequest:
    """The request that the command would make.

    Raises CurlUnreadable for what is no cURL command, and for what would read a file of the person's machine.
    """
    options = command_read(command)
    method = _method(options)
    headers, authentication = _split_authentication(options)
    headers, body = _body(options, headers)
    url, parameters = _address(options)
    content = WebhookContent(
        method=method,
        url=url,
        parameters=tuple(parameters),
        headers=tuple(Pair(name=name, value=value) for name, value in headers),
        body=body,
    )
    return CurlRequest(content, authentication, tuple(options.ignored))


def _method(options: CurlOptions) -> Method:
    has_body = bool(options.parts) or bool(options.data and not options.data_in_url)
    wanted = options.method or ("POST" if has_body else "GET")
    for method in get_args(Method):
        if method == wanted:
            found: Method = method
            return found
    raise CurlUnreadable(f"The method {wanted[:20]} can't be sent. Use {', '.join(get_args(Method))}.")


def _split_authentication(options: CurlOptions) -> tuple[list[tuple[str, str]], CurlAuthentication | None]:
    """The plain headers, and the one authentication; a second one stays a header, where a warning is shown."""
    found = _user(options.user) if options.user else None
    plain = []
    for name, value in options.headers:
        read = _authentication(name, value) if found is None else None
        if read is None:
            plain.append((name, value))
        else:
            found = read
    return plain, found


def _user(text: str) -> CurlAuthentication:
    username, _, password = text.partition(":")
    return CurlAuthentication("basic", password, username=username)


def _authentication(name: str, value: str) -> CurlAuthentication | None:
    if not value or "{{" in value or "$" in value:
        return None
    if name.lower() == "authorization":
        scheme, _, credentials = value.partition(" ")
        if scheme.lower() == "bearer" and credentials:
            return CurlAuthentication("bearer", credentials.strip())
        if scheme.lower() == "basic":
            return _basic(credentials.strip())
        return CurlAuthentication("api_key_header", value, key_name=name)
    return CurlAuthentication("api_key_header", value, key_name=name) if _KEY_HEADER.search(name) else None


def _basic(credentials: str) -> CurlAuthentication | None:
    try:
        return _user(base64.b64decode(credentials, validate=True).decode())
    except (binascii.Error, UnicodeDecodeError):
        return None


def _address(options: CurlOptions) -> tuple[str, list[Pair]]:
    """The URL without its query, and the parameters. A query that is no list of pairs stays in the URL."""
    url = options.url if "://" in options.url else f"https://{options.url}"
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise CurlUnreadable("The address holds a user name and password. Write them as -u name:password.")
    extra = [*options.query, *(_encoded(*item) for item in options.data if options.data_in_url)]
    pairs = parse_qsl("&".join([*extra]), keep_blank_values=True)
    if parts.query and "=" in parts.query:
        pairs = parse_qsl(parts.query, keep_blank_values=True) + pairs
        parts = parts._replace(query="")
    return urlunsplit(parts._replace(fragment="")), [Pair(name=name, value=value) for name, value in pairs]


def _body(options: CurlOptions, headers: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], Body]:
    """The headers without Content-Type, which belongs to the body's kind, and the body."""
    if options.parts:
        others = [(name, value) for name, value in headers if name.lower() != "content-type"]
        return others, MultipartBody(pairs=tuple(_part(part) for part in options.parts))
    if not options.data or options.data_in_url:
        return headers, NoBody()
    content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
    others = [(name, value) for name, value in headers if name.lower() != "content-type"]
    is_json = any(option == "--json" for option, _ in options.data)
    content_type = content_type or ("application/json" if is_json else FORM_TYPE)
    text = ("" if is_json else "&").join(_encoded(*item) for item in options.data)
    return others, _body_of(text, content_type)


def _part(text: str) -> Pair:
    name, _, value = text.partition("=")
    return Pair(name=name, value=value.split(";type=")[0])


def _encoded(option: str, value: str) -> str:
    if option != "--data-urlencode":
        return value
    name, equals, rest = value.partition("=")
    return value.removeprefix("=") if not equals or not name else f"{name}={_percent(rest)}"


def _percent(text: str) -> str:
    """Only what would end the value: it is encoded for good when the request is built."""
    return text.replace("%", "%25").replace("&", "%26").replace("+", "%2B")


def _body_of(text: str, content_type: str) -> Body:
    if media_type(content_type) == FORM_TYPE and _is_form(text):
        split = (part.partition("=") for part in text.split("&") if part)
        return FormBody(
            pairs=tuple(Pair(name=unquote_plus(name), value=unquote_plus(value)) for name, _, value in split)
        )
    if media_type(content_type) == FORM_TYPE:
        content_type = "application/json" if text.lstrip()[:1] in ("{", "[") else "text/plain"
    pairs = _json_pairs(text) if language_of(content_type) == "json" else None
    return JsonPairsBody(pairs=pairs) if pairs else RawBody(text=text, content_type=content_type)


def _form_pair(part: str) -> Pair:
    name, _, value = part.partition("=")
    return Pair(name=unquote_plus(name), value=unquote_plus(value))


def _is_form(text: str) -> bool:
    return "=" in text and text.lstrip()[:1] not in ("{", "[", "<")


def _json_pairs(text: str) -> tuple[JsonPair, ...] | None:
    """One flat object becomes rows; everything else stays text."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(value, dict) or any(isinstance(item, dict | list) or item is None for item in value.values()):
        return None
    return tuple(JsonPair(name=name, value=_plain(item), type=_type(item)) for name, item in value.items())


def _plain(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _type(value: object) -> Literal["text", "number", "boolean"]:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "text"
