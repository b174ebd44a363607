"""What the receiver does for each path. The first part of the path decides; the rest is free."""

import json
import re
from collections.abc import Callable, Iterator

from webhooks_platform.embedded.receiver.index_page import index_page
from webhooks_platform.embedded.receiver.ledger import Ledger
from webhooks_platform.embedded.receiver.messages import Answer, Raw, Request

_BLOCK = b"0123456789abcdef" * 4096
_MAX_HUGE_BYTES = 1_000_000_000
_MAX_DELAY_MS = 600_000
_RECOVERS = re.compile(r"([45]\d\d)-(once|twice)-then-200")
_OK = Answer(200, b'{"ok":true}')

_ANSWERS: dict[str, Answer] = {
    "200": _OK,
    "201": Answer(201, b'{"ok":true,"id":"made-1"}', headers=(("Location", "/200"),)),
    "202": Answer(202, b'{"accepted":true}'),
    "204": Answer(204),
    "302": Answer(302, headers=(("Location", "/200"),)),
    "401": Answer(
        401,
        b'{"error":{"code":"unauthorized","message":"The API key is missing or wrong."}}',
        headers=(("WWW-Authenticate", 'Basic realm="demo receiver"'),),
    ),
    "404": Answer(404, b'{"error":{"code":"not_found","message":"There is no such resource."}}'),
    "422": Answer(
        422,
        b'{"error":{"code":"invalid","message":"One field is not valid.",'
        b'"fields":{"email":"This is not an e-mail address."}}}',
        content_type="application/problem+json",
    ),
    "429": Answer(429, b'{"error":{"code":"rate_limited","message":"Too many requests."}}'),
    "500": Answer(500, b'{"error":{"code":"internal","message":"Something broke."}}'),
    "503": Answer(503, b"<h1>503 Service Unavailable</h1>", content_type="text/html"),
}


def answer(request: Request, ledger: Ledger) -> Answer | Raw:
    """The answer for a request, with the delay that its query asks for (``?ms=``) or that its path is made of."""
    name = request.path[1:].partition("/")[0]
    made = _ANSWERS.get(name)
    if made is not None and not request.query:
        return made if name != "429" else _too_many(request)
    return _delayed(_made(name, request, ledger), request, 2_000 if name == "slow" else 0)


def _made(name: str, request: Request, ledger: Ledger) -> Answer | Raw:
    if name in _SPECIAL:
        return _SPECIAL[name](request)
    if recovers := _RECOVERS.fullmatch(name):
        return _recovering(int(recovers[1]), 1 if recovers[2] == "once" else 2, ledger.visit(request))
    if name in _ANSWERS:
        return _ANSWERS[name]
    if re.fullmatch(r"[2-5]\d\d", name):
        return Answer(int(name), json.dumps({"status": int(name)}).encode())
    return _ANSWERS["404"]


def _delayed(made: Answer | Raw, request: Request, default_ms: int) -> Answer | Raw:
    delay = request.number("ms", default_ms, _MAX_DELAY_MS) / 1000
    if not delay:
        return made
    if isinstance(made, Raw):
        return Raw(made.data, made.outcome, delay)
    return Answer(made.status, made.body, made.content_type, made.headers, delay, made.more, made.more_bytes)


def _recovering(status: int, failures: int, visit: int) -> Answer:
    failing = _ANSWERS.get(str(status), Answer(status, b'{"error":{"code":"try_again"}}'))
    return failing if visit <= failures else _OK


def _too_many(request: Request) -> Answer:
    base = _ANSWERS["429"]
    wait = str(request.number("after", 1, 86_400))
    return Answer(429, base.body, headers=(("Retry-After", wait),))


def _huge(request: Request) -> Answer:
    size = request.number("bytes", 5_000_000, _MAX_HUGE_BYTES)
    return Answer(200, content_type="text/plain", more=_blocks(size), more_bytes=size)


def _blocks(size: int) -> Iterator[bytes]:
    while size > 0:
        yield _BLOCK[:size]
        size -= len(_BLOCK)


def _echo(request: Request) -> Answer:
    seen = {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": request.headers,
        "body": request.body.decode(errors="replace"),
    }
    return Answer(200, json.dumps(seen).encode())


_SPECIAL: dict[str, Callable[[Request], Answer | Raw]] = {
    "": lambda _: Answer(200, index_page(), content_type="text/html; charset=utf-8"),
    "429": _too_many,
    "slow": lambda _: _OK,
    "huge": _huge,
    "echo": _echo,
    "garbage": lambda _: Raw(b"\x00\xff\x16\x03 this is not HTTP \x80\r\n\r\n", "garbage"),
    "drop": lambda _: Raw(b"", "dropped"),
}
