"""A request as a cURL command that a shell takes as it is written."""

import shlex
from collections.abc import Iterable

# curl makes these by itself, or they belong to one connection only.
LEFT_OUT = frozenset(("host", "content-length", "connection", "transfer-encoding", "accept-encoding"))


def curl_command(method: str, url: str, headers: Iterable[tuple[str, str]], body: str = "") -> str:
    """One option a line. ``--globoff``: brackets in a URL are no pattern; ``--data-raw``: a leading @ is no file."""
    parts = [f"curl --globoff --path-as-is -X {method} {shlex.quote(url)}"]
    parts += [f"-H {shlex.quote(_header(name, value))}" for name, value in headers if name.lower() not in LEFT_OUT]
    if body:
        parts.append(f"--data-raw {shlex.quote(body)}")
    return " \\\n  ".join(parts)


def _header(name: str, value: str) -> str:
    """curl leaves out a header with an empty value unless its name ends in a semicolon."""
    return f"{name}: {value}" if value else f"{name};"
