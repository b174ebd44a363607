"""Requests of which most is the same for many: that part is made, checked and written out once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from outbound.response_parts import Body

Headers = tuple[tuple[bytes, bytes], ...]
Lines = tuple[bytes, ...]


@dataclass(slots=True, eq=False)
class Head:
    """What requests have in common. The transport that carries them, `owner`, leaves there what it made of it."""

    method: str
    url: httpx.URL = field(repr=False)
    headers: Headers = field(repr=False)
    extensions: Mapping[str, Any] = field(default_factory=dict, repr=False)
    owner: object = field(default=None, init=False, repr=False)
    outgoing: object = field(default=None, init=False, repr=False)


class PreparedRequest(httpx.Request):
    """A head, header lines of the request's own ("name: value"), and a body.

    httpx's own parts are made only when somebody looks at them: making an httpx.Request with its headers takes as long
    as sending it.
    """

    def __init__(self, head: Head, own_lines: Lines, body: bytes) -> None:
        self.head = head
        self.own_lines = own_lines
        self.body = body

    def __repr__(self) -> str:
        """Without the query and headers, which may hold secrets."""
        return f"<PreparedRequest {self.head.method} to {self.head.url.host}>"

    @property
    def own_headers(self) -> Headers:
        pairs = (line.partition(b": ") for line in self.own_lines)
        return tuple((name, value) for name, _, value in pairs)

    def __getattr__(self, name: str) -> Any:
        make = _PARTS.get(name)
        if make is None:
            raise AttributeError(name)
        part = make(self)
        setattr(self, name, part)
        return part


_PARTS: dict[str, Callable[[PreparedRequest], Any]] = {
    "method": lambda request: request.head.method,
    "url": lambda request: request.head.url,
    "headers": lambda request: httpx.Headers([*request.head.headers, *request.own_headers]),
    "stream": lambda request: Body(request.body),
    "extensions": lambda request: dict(request.head.extensions),
}
