"""The page at ``/``: what can be asked of the receiver."""

from functools import cache
from html import escape

_PATHS = (
    ("/200", "200 with a small JSON body"),
    ("/201", "201 with a Location"),
    ("/204", "204, no body"),
    ("/302", "302 to /200"),
    ("/401", "401: the key is missing or wrong"),
    ("/404", "404 with a JSON error"),
    ("/422", "422 with a JSON error that names a field"),
    ("/429", "429 with Retry-After: 1 (?after=SECONDS)"),
    ("/500", "500 with a JSON error"),
    ("/503-twice-then-200", "503 for the first two requests of a webhook-id, then 200"),
    ("/slow?ms=2000", "200 after a wait; ?ms= works on every path"),
    ("/huge", "200 with 5 MB of text (?bytes=)"),
    ("/garbage", "bytes that are not HTTP"),
    ("/drop", "no answer: the connection is cut"),
    ("/echo", "200 with your request as JSON"),
    ("/_received", "what came so far, as JSON; ?ids=1 adds each webhook-id's count, ?times=1 when; DELETE starts anew"),
)

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Demo receiver</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{{color-scheme:light dark}}
body{{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:3rem auto;padding:0 1rem}}
td{{padding:.35rem 1.5rem .35rem 0;vertical-align:top}}a{{font-family:ui-monospace,monospace}}</style></head>
<body><main><h1>Demo receiver</h1>
<p>Point a webhook at one of these paths to see how each answer looks in the notifications log. Further path parts are
free: <code>/200/people/42</code> answers as <code>/200</code> does. Any status from 200 to 599 works.</p>
<table>{rows}</table></main></body></html>
"""


@cache
def index_page() -> bytes:
    rows = "".join(
        f'<tr><td><a href="{escape(path)}">{escape(path)}</a></td><td>{escape(what)}</td></tr>' for path, what in _PATHS
    )
    return _PAGE.format(rows=rows).encode()
