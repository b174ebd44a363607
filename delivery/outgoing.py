"""From a claimed notification to the request on the wire: rendered once, with fresh authentication and timestamp."""

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx
import orjson

from delivery.claims import Claimed
from delivery.context import RunFacts, render_context
from delivery.credentials import ConnectionUnusable, Credentials
from notifications.states import NotificationState, Reason
from outbound.response_parts import Body
from outbound.signing import signature
from templates_lib.rendering import CompiledContent, RenderedRequest, RenderProblem

USER_AGENT = b"webhooks-platform/1 (+https://www.standardwebhooks.com)"
Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request ready to leave. ``headers`` and ``url`` are what is sent; ``send_before`` is on the monotonic clock."""

    row: Claimed
    rendered: RenderedRequest
    url: str
    headers: Headers
    request: httpx.Request
    send_before: float


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
            fresh = _fresh_headers(row, rendered.body, self.credentials.signing_keys)
            own = self.credentials.with_defaults(rendered.headers)
            written = (*own, *_product_headers(own), *fresh)
            url, headers = self.credentials.apply(rendered.url, written)
        except ConnectionUnusable as error:
            return Ended(row, NotificationState.FAILED, Reason.CONNECTION_REMOVED, str(error))
        try:
            parsed = parse_url(url)
        except httpx.InvalidURL as error:
            return Ended(row, NotificationState.FAILED, Reason.BAD_TEMPLATE, f"url: {error}")
        request = httpx.Request(
            rendered.method, parsed, headers=headers, stream=Body(rendered.body), extensions=self.extensions
        )
        return Outgoing(row, rendered, url, headers, request, send_before)

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


@lru_cache(maxsize=4096)
def parse_url(url: str) -> httpx.URL:
    """httpx needs 20 µs for a URL, and most requests of a run share theirs."""
    return httpx.URL(url)


def _fresh_headers(row: Claimed, body: bytes, keys: tuple[bytes, ...]) -> Headers:
    """Ids stay the same at each attempt; time and signature are those of this one."""
    webhook_id, timestamp = str(row.webhook_id), int(time.time())
    headers: Headers = (
        (b"webhook-id", webhook_id.encode()),
        (b"idempotency-key", webhook_id.encode()),
        (b"webhook-timestamp", b"%d" % timestamp),
    )
    if not keys:
        return headers
    signed = signature(keys=keys, webhook_id=webhook_id, timestamp=timestamp, body=body)
    return (*headers, (b"webhook-signature", signed.encode()))


def _product_headers(headers: Headers) -> Headers:
    written = any(name.lower() == b"user-agent" for name, _ in headers)
    return () if written else ((b"user-agent", USER_AGENT),)


def _where(problem: RenderProblem) -> str:
    place = f"{problem.field}:" if problem.field else ""
    return " ".join(part for part in (place, problem.message, problem.hint) if part)
