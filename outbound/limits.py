"""Bounds of one transfer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

KEPT_BODY = 16 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class TransferLimits:
    """Deadlines in seconds, sizes in bytes.

    `connect` covers name lookup, TCP and TLS; `total` covers everything. Of a body the first `kept_body` bytes are kept
    and up to `drained_body` read, so that the connection survives; past that it is cut. `connections` is how many idle
    connections the pool may hold; one older than `connection_age` carries no further request.
    """

    connect: float = 5.0
    total: float = 30.0
    kept_body: int = KEPT_BODY
    drained_body: int = 1024 * 1024
    headers: int = 64 * 1024
    connections: int = 1024
    connection_age: int = 300


DEFAULT_LIMITS = TransferLimits()


class Deadline(NamedTuple):
    """How long one request may take, in whole milliseconds for libcurl (at least 1: it reads 0 as for ever)."""

    connect: int
    total: int

    @classmethod
    def of_seconds(cls, *, connect: float, total: float) -> "Deadline":
        return cls(connect=max(1, round(connect * 1000)), total=max(1, round(total * 1000)))

    def after(self, seconds: float) -> "Deadline":
        """What is left of it so much later."""
        passed = round(seconds * 1000)
        return Deadline(max(1, self.connect - passed), max(1, self.total - passed))

    @classmethod
    def of_extension(cls, wanted: Mapping[str, float] | None, default: "Deadline") -> "Deadline":
        """`wanted` is {"connect": seconds, "total": seconds}, either one optional."""
        if wanted is None:
            return default
        return cls.of_seconds(
            connect=wanted.get("connect", default.connect / 1000), total=wanted.get("total", default.total / 1000)
        )
