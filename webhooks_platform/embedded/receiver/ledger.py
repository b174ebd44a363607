"""What the receiver was sent: its own count, to be compared with the sender's log."""

import time
from collections import Counter, deque
from typing import Any

from webhooks_platform.embedded.receiver.messages import Request

_KEPT_REQUESTS = 50
_KEPT_BODY_BYTES = 4_096
_MAX_IDS = 500_000
_MAX_PATHS = 1_000
_MAX_TIMES = 100_000


class Ledger:
    """Counts per behaviour, answer and webhook id. Bounded: further ids are only counted as ``ids_not_kept``."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._requests = 0
        self._without_id = 0
        self._ids_not_kept = 0
        self._paths: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()
        self._ids: dict[str, int] = {}
        self._visits: dict[tuple[str, str], int] = {}
        self._last: deque[tuple[float, Request]] = deque(maxlen=_KEPT_REQUESTS)
        self._times: deque[tuple[float, str]] = deque(maxlen=_MAX_TIMES)

    def record(self, request: Request) -> None:
        self._requests += 1
        path = request.path
        self._paths[path if path in self._paths or len(self._paths) < _MAX_PATHS else "(further paths)"] += 1
        identifier = request.webhook_id
        if not identifier:
            self._without_id += 1
        elif identifier in self._ids:
            self._ids[identifier] += 1
        elif len(self._ids) < _MAX_IDS:
            self._ids[identifier] = 1
        else:
            self._ids_not_kept += 1
        now = time.time()
        self._last.append((now, request))
        self._times.append((now, path))

    def record_answer(self, outcome: str) -> None:
        """``outcome`` is the status sent, or a word where none was: "dropped", "garbage"."""
        self._answers[outcome] += 1

    def visit(self, request: Request) -> int:
        """How often this webhook id has come to this path, this time included."""
        key = (request.path, request.webhook_id)
        if len(self._visits) >= _MAX_IDS and key not in self._visits:
            self._visits.clear()
        self._visits[key] = visits = self._visits.get(key, 0) + 1
        return visits

    def report(self, *, with_ids: bool, with_times: bool = False) -> dict[str, Any]:
        """``with_times``: when the latest requests came, as pairs of seconds since the epoch and path."""
        report: dict[str, Any] = {
            "requests": self._requests,
            "paths": dict(self._paths),
            "answers": dict(self._answers),
            "distinct_ids": len(self._ids),
            "repeats": sum(self._ids.values()) - len(self._ids),
            "repeated_ids": {key: count for key, count in self._ids.items() if count > 1},
            "without_id": self._without_id,
            "ids_not_kept": self._ids_not_kept,
            "last": [_described(at, request) for at, request in self._last],
        }
        report |= {"times": list(self._times)} if with_times else {}
        return report | ({"ids": self._ids} if with_ids else {})


def _described(at: float, request: Request) -> dict[str, Any]:
    body = request.body
    return {
        "at": at,
        "method": request.method,
        "target": request.target,
        "headers": request.headers,
        "body": body[:_KEPT_BODY_BYTES].decode(errors="replace"),
        "body_bytes": len(body),
    }
