"""From a claimed notification to the request on the wire: rendered once, with fresh authentication and timestamp."""

import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx
import orjson

from delivery.claims import Claimed
from delivery.context import RunFacts, render_context
from delivery.credentials import NOBODY, ConnectionUnusable, Credentials
from notifications.states import NotificationState, Reason
from outbound.prepared import Head, Lines, PreparedRequest
from outbound.signing import signature
from templates_lib.rendering import CompiledContent, RenderedRequest, RenderProblem

USER_AGENT = b"webhooks-platform/1 (+https://www.standardwebhooks.com)"
# Those of each request's own.
FRESH = frozenset((b"webhook-id", b"idempotency-key", b"webhook-timestamp", b"webhook-signature"))
Headers = tuple[tuple[bytes, bytes], ...]
_REMEMBERED = 1024


class Outgoing(NamedTuple):
    """A request ready to leave. ``send_before`` is on the monotonic clock; ``credentials``: those that it carries."""

    row: Claimed
    rendered: RenderedRequest
    request: PreparedRequest
    send_before: float
    credentials: Credentials = NOBODY

    @property
    def url(self) -> str:
        return str(self.request.url)

    @property
    def headers(self) -> Headers:
        return (*self.request.head.headers, *self.request.own_headers)


class RequestHead(NamedTuple):
    """``replaces``: the names of fresh headers that the connection sets itself."""

    head: Head
    replaces: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Ended:
    """A notification that ends without a request. ``stops_run``: its content says that this stops the campaign."""

    row: Claimed
    state: NotificationState
    reason: Reason
    detail: str
    stops_run: bool = False


@dataclass(frozen=True, slots=True)
class RequestMaker:
    """Makes the requests of one slice: content compiled once, connection resolved once."""

    compiled: CompiledContent | str
    credentials: Credentials | str
    facts: RunFacts
    stop_when_missing: bool
    extensions: dict[str, Any]
    _heads: dict[tuple[str, str, Headers], RequestHead] = field(default_factory=dict, repr=False)

    def make(self, row: Claimed, send_before: float) -> Outgoing | Ended:
        """Never raises for what a person's values or the connection do."""
        if row.removed:
            return Ended(row, NotificationState.SKIPPED, Reason.PROFILE_REMOVED, "")
        if isinstance(self.credentials, str):
            return Ended(row, NotificationState.FAILED, Reason.CONNECTION_REMOVED, self.credentials)
        rendered = self._rendered(row)
        if isinstance(rendered, Ended):
            return rendered
        try:
            known = self._head(self.credentials, rendered)
        except ConnectionUnusable as error:
            return Ended(row, NotificationState.FAILED, Reason.CONNECTION_REMOVED, str(error))
        except httpx.InvalidURL as error:
            return Ended(row, NotificationState.FAILED, Reason.BAD_TEMPLATE, f"url: {error}")
        fresh = _fresh_lines(row, rendered.body, self.credentials.signing_keys)
        if known.replaces:
            fresh = tuple(line for line in fresh if line.partition(b":")[0] not in known.replaces)
        request = PreparedRequest(known.head, fresh, rendered.body)
        return Outgoing(row, rendered, request, send_before, self.credentials)

    def _head(self, credentials: Credentials, rendered: RenderedRequest) -> RequestHead:
        """Most requests of a run share address and headers, and making these takes longer than rendering."""
        key = (rendered.method, rendered.url, rendered.headers)
        known = self._heads.get(key)
        if known is None:
            known = _request_head(credentials, rendered, self.extensions)
            if len(self._heads) < _REMEMBERED:
                self._heads[key] = known
        return known

    def _rendered(self, row: Claimed) -> RenderedRequest | Ended:
        if row.request is not None:
            return RenderedRequest.load(row.request)
        if isinstance(self.compiled, str):
            return Ended(row, NotificationState.FAILED, Reason.BAD_TEMPLATE, self.compiled)
        # The time of the first claim is stored, so that a repeat after a crash renders the same bytes.
        context = render_context(orjson.loads(row.person or "{}"), self.facts, now=row.first_attempt_at)
        result = self.compiled.render(context)
        return result if isinstance(result, RenderedRequest) else self._ended(row, result)

    def _ended(self, row: Claimed, problem: RenderProblem) -> Ended:
        if problem.kind == "skip":
            return Ended(row, NotificationState.SKIPPED, Reason.SKIPPED_BY_TEMPLATE, problem.message)
        if problem.kind == "missing":
            names = ", ".join(problem.missing) or problem.message
            return Ended(
                row, NotificationState.SKIPPED, Reason.MISSING_VARIABLE, names, stops_run=self.stop_when_missing
            )
        return Ended(row, NotificationState.FAILED, Reason.BAD_TEMPLATE, _where(problem))


def _request_head(credentials: Credentials, rendered: RenderedRequest, extensions: dict[str, Any]) -> RequestHead:
    """Raises ConnectionUnusable, and httpx.InvalidURL."""
    written = credentials.with_defaults(rendered.headers)
    url, headers = credentials.apply(rendered.url, (*written, *_product_headers(written)))
    names = {name.lower() for name, _ in headers}
    return RequestHead(Head(rendered.method, httpx.URL(url), headers, extensions), FRESH.intersection(names))


def _fresh_lines(row: Claimed, body: bytes, keys: tuple[bytes, ...]) -> Lines:
    """Ids stay the same at each attempt; time and signature are those of this one."""
    webhook_id, timestamp = row.webhook_id, int(time.time())
    written = webhook_id.encode()
    lines = (b"webhook-id: " + written, b"idempotency-key: " + written, b"webhook-timestamp: %d" % timestamp)
    if not keys:
        return lines
    signed = signature(keys=keys, webhook_id=webhook_id, timestamp=timestamp, body=body)
    return (*lines, b"webhook-signature: " + signed.encode())


def _product_headers(headers: Headers) -> Headers:
    written = any(name.lower() == b"user-agent" for name, _ in headers)
    return () if written else ((b"user-agent", USER_AGENT),)


def _where(problem: RenderProblem) -> str:
    place = f"{problem.field}:" if problem.field else ""
    return " ".join(part for part in (place, problem.message, problem.hint) if part)
