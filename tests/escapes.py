"""How servers escape what is neither letter nor digit when they give back what they were sent."""

import html
from collections.abc import Callable
from urllib.parse import quote

WRITERS: dict[str, Callable[[str], str]] = {
    "Gson": lambda c: f"\\u{ord(c):04x}" if c in "<>&='" else c,
    "System.Text.Json": lambda c: f"\\u{ord(c):04X}",
    "Go": lambda c: f"\\u{ord(c):04x}" if c in "<>&" else c,
    "PHP": lambda c: "\\/" if c == "/" else c,
    "PHP, HEX flags": lambda c: f"\\u{ord(c):04X}" if c in "<>&'\"" else "\\/" if c == "/" else c,
    "JSON within JSON": lambda c: f"\\\\u{ord(c):04x}",
    "JSON three deep": lambda c: f"\\\\\\\\u{ord(c):04x}",
    "JavaScript": lambda c: f"\\x{ord(c):02X}" if ord(c) < 256 else f"\\u{ord(c):04X}",
    "JavaScript, braces": lambda c: f"\\u{{{ord(c):x}}}",
    "HTML, decimal": lambda c: f"&#{ord(c)};",
    "HTML, padded": lambda c: f"&#{ord(c):04};",
    "HTML, hexadecimal": lambda c: f"&#x{ord(c):X};",
    "HTML, hexadecimal in lower case": lambda c: f"&#x{ord(c):x};",
    "HTML, named": lambda c: {"+": "&plus;", "/": "&sol;", "=": "&equals;"}.get(c, html.escape(c)),
    "HTML twice": lambda c: f"&amp;#{ord(c)};",
    "HTML in Go's JSON": lambda c: f"\\u0026#{ord(c)};",
    "URL": lambda c: quote(c, safe=""),
    "URL twice": lambda c: quote(quote(c, safe=""), safe=""),
    "JSON in a URL": lambda c: quote(f"\\u{ord(c):04x}"),
    "HTML in a URL": lambda c: quote(f"&#{ord(c)};"),
}


def escaped_by(writer: str, text: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else WRITERS[writer](c) for c in text)
