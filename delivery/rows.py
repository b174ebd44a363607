"""The rows of an attempt and its exchange, in the order of ``statements``' columns, secrets masked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from delivery.outcomes import Failed
from delivery.results import Finished
from notifications.masking import holds_secret, mask, mask_bytes, mask_headers, mask_url
from outbound.outcomes import Answer
from outbound.prepared import Head, Lines

ATTEMPT_TYPES = (
    *("int8", "timestamptz", "int8", "uuid", "int2", "timestamptz", "varchar", "varchar", "varchar", "int2"),
    *("varchar", "int4", "int4", "int4", "int4", "int4", "timestamptz", "int2"),
)
EXCHANGE_TYPES = (
    *("int2", "date", "int8", "uuid", "int2", "varchar", "text", "text", "bytea"),
    *("text", "bytea", "int8", "bool"),
)
DETAIL_LENGTH = 500
_MICROSECONDS = 1_000_000
_REMEMBERED = 1024
Row = tuple[Any, ...]
Headers = tuple[tuple[bytes, bytes], ...]


class ShownHead(NamedTuple):
    """Address and headers as they are kept, secrets masked."""

    url: str
    headers: str


def stored_detail(text: str) -> str:
    """As the column takes it: bounded, and without what PostgreSQL refuses: NUL, and the halves of a character that a
    destination's JSON may hold (``"\\ud800"``)."""
    return text.replace("\0", "")[:DETAIL_LENGTH].encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True)
class RowMaker:
    """Makes the rows of one lane's requests."""

    workspace_id: int
    run_id: int
    run_at: datetime
    retention_days: int
    secrets: tuple[str, ...] = field(repr=False)
    _heads: dict[Head, "ShownHead"] = field(default_factory=dict, repr=False)

    def also_hiding(self, secrets: Sequence[str]) -> "RowMaker":
        """One that masks these, too."""
        return replace(self, secrets=tuple(dict.fromkeys((*self.secrets, *secrets))), _heads={})

    def attempt(self, item: Finished) -> Row:
        row, outcome, result = item.sent.outgoing.row, item.outcome, item.sent.result
        failed = outcome if isinstance(outcome, Failed) else None
        dns, connect, tls, first_byte, total = [round(phase * _MICROSECONDS) for phase in result.phases]
        return (
            self.workspace_id,
            self.run_at,
            self.run_id,
            row.id,
            row.number,
            item.sent.started_at,
            item.attempt_outcome.value,
            str(failed.reason) if failed else "",
            self.detail(failed) if failed else "",
            outcome.status_code,
            result.address,
            dns,
            connect,
            tls,
            first_byte,
            total,
            item.retry_at,
            self.retention_days,
        )

    def exchanges(self, finished: Sequence[Finished]) -> list[Row]:
        """Few bodies hold a secret, so all are searched together before any is searched by itself."""
        bodies = [item.sent.outgoing.rendered.body for item in finished]
        bodies += [item.sent.result.body for item in finished if isinstance(item.sent.result, Answer)]
        secrets = self.secrets if holds_secret(bodies, self.secrets) else ()
        return [self._exchange(item, secrets) for item in finished]

    def _exchange(self, item: Finished, in_bodies: tuple[str, ...]) -> Row:
        """``in_bodies``: secrets that may stand in the bodies."""
        outgoing, result = item.sent.outgoing, item.sent.result
        shown = self._shown(outgoing.request.head)
        answer = result if isinstance(result, Answer) else None
        return (
            self.retention_days,
            item.sent.started_at.date(),
            self.workspace_id,
            outgoing.row.id,
            outgoing.row.number,
            outgoing.rendered.method,
            shown.url,
            # Ids, time and signature are made here: no secret can be in them.
            f"{shown.headers}\n{_decoded(outgoing.request.own_lines)}".strip("\n"),
            mask_bytes(outgoing.rendered.body, in_bodies) if in_bodies else outgoing.rendered.body,
            _answer_headers(answer.headers, self.secrets) if answer else "",
            self._answer_body(answer, in_bodies) if answer else b"",
            answer.body_size if answer else 0,
            answer.truncated if answer else False,
        )

    def _answer_body(self, answer: Answer, in_bodies: tuple[str, ...]) -> bytes:
        """Of a body that was cut the end may be a secret's beginning."""
        if answer.truncated:
            return mask_bytes(answer.body, self.secrets, truncated=True)
        return mask_bytes(answer.body, in_bodies) if in_bodies else answer.body

    def _shown(self, head: Head) -> "ShownHead":
        """Masked once for all requests of the same head."""
        shown = self._heads.get(head)
        if shown is None:
            headers = mask_headers(_lines(head.headers), self.secrets)
            shown = ShownHead(mask_url(str(head.url), self.secrets), headers)
            if len(self._heads) < _REMEMBERED:
                self._heads[head] = shown
        return shown

    def detail(self, failed: Failed) -> str:
        return stored_detail(mask(failed.detail, self.secrets))


def _decoded(lines: Lines) -> str:
    return b"\n".join(lines).decode()


def _lines(headers: Headers) -> str:
    text = b"\n".join([b"%b: %b" % pair for pair in headers])
    return text.decode("utf-8", "replace").replace("\0", "")


def _answer_headers(headers: Headers, secrets: tuple[str, ...]) -> str:
    length = sum([len(name) + len(value) for name, value in headers])
    return (_known_headers if length < _REMEMBERED_BYTES else _masked_headers)(headers, secrets)


def _masked_headers(headers: Headers, secrets: tuple[str, ...]) -> str:
    return mask_headers(_lines(headers), secrets)


# Most answers of a destination carry the same headers, but for a date that changes once a second. Not those that are
# long: a destination may send 60 KB of others each time.
_REMEMBERED_BYTES = 2048
_known_headers = lru_cache(maxsize=1024)(_masked_headers)
