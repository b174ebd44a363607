"""The finished request of one person, as it is kept with the notification while it may be sent again."""

from typing import NamedTuple, Self

import orjson

FORMAT = 1


class RenderedRequest(NamedTuple):
    """`url` is ASCII, `headers` are in the order written, `body` is exactly what is sent."""

    method: str
    url: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def dump(self) -> bytes:
        """One line of JSON, then the body as it is."""
        headers = [(name.decode(), value.decode()) for name, value in self.headers]
        return orjson.dumps((FORMAT, self.method, self.url, headers)) + b"\n" + self.body

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Raises ValueError for anything that `dump` didn't write."""
        head, newline, body = bytes(data).partition(b"\n")
        if not newline:
            raise ValueError("This is not a stored request.")
        version, method, url, headers = orjson.loads(head)
        if version != FORMAT:
            raise ValueError(f"Stored requests of format {version} can't be read.")
        return cls(method, url, tuple((name.encode(), value.encode()) for name, value in headers), body)
