"""Compiled content: a pure, bounded function from one person's values to the request, or to why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from . import limits
from .bodies import BodyWriter, NamedField
from .budget import Budget, RenderContext
from .environment import ENVIRONMENTS, GLOBALS
from .failures import BadValue, BudgetExceeded, MissingValue, RenderFailure, SkipRequested
from .problems import RenderProblem
from .request import RenderedRequest
from .straight import NOT_STRAIGHT, Straight
from .template import FieldTemplate


@dataclass(frozen=True, slots=True, eq=False)
class CompiledContent:
    method: str
    missing: str
    message_text: FieldTemplate
    url: FieldTemplate
    parameters: tuple[NamedField, ...]
    headers: tuple[NamedField, ...]
    fixed_headers: tuple[tuple[bytes, bytes], ...]
    body: BodyWriter
    straight: Straight | None = None

    def render(self, context: Mapping[str, object]) -> RenderedRequest | RenderProblem:
        """Build the request for one person. Never raises for what values or templates do, and does no input or output.

        `context` holds the person's fields at top level, and `profile`, `campaign`, `run`, `now`; its objects are plain
        dicts and lists. The message text is rendered first; its result is a value like any other, never a template.
        """
        if self.straight is None:
            return self._templated(context)
        try:
            return RenderedRequest(self.method, *self.straight(context))
        except NOT_STRAIGHT:
            return self._templated(context)

    def _templated(self, context: Mapping[str, object]) -> RenderedRequest | RenderProblem:
        rendering = _Rendering(self.missing, context)
        try:
            rendering.context.parent["message"] = rendering.text("message_text", self.message_text)
            request = self._request(rendering)
        except RenderFailure as failure:
            return _problem([(rendering.field, failure)])
        return _problem(rendering.failures) if rendering.failures else request

    def _request(self, rendering: "_Rendering") -> RenderedRequest:
        url = self._url(rendering)
        headers = [(pair.name.encode(), self._header(rendering, pair)) for pair in self.headers]
        body = self.body.write(rendering)
        if len(body) > limits.MAX_BODY_BYTES:
            raise BudgetExceeded(f"The body is longer than {limits.MAX_BODY_BYTES:,} bytes.")
        return RenderedRequest(self.method, url, (*headers, *self.fixed_headers), body)

    def _url(self, rendering: "_Rendering") -> str:
        url = rendering.text("url", self.url)
        if not self.parameters:
            return url
        texts = [rendering.text(pair.field, pair.template) for pair in self.parameters]
        encoded = [f"{pair.name}={quote(text, safe='')}" for pair, text in zip(self.parameters, texts, strict=True)]
        separator = "" if url.endswith(("?", "&")) else "&" if "?" in url else "?"
        url = f"{url}{separator}{'&'.join(encoded)}"
        if len(url) > limits.MAX_URL_CHARACTERS:
            too_long = f"With its parameters, the URL is longer than {limits.MAX_URL_CHARACTERS:,} characters."
            rendering.fail("parameters", BadValue(too_long, hint="Send long values in the body."))
        return url

    def _header(self, rendering: "_Rendering", pair: NamedField) -> bytes:
        value = rendering.text(pair.field, pair.template).encode()
        if len(value) > limits.MAX_HEADER_BYTES:
            too_long = f"The header is longer than {limits.MAX_HEADER_BYTES:,} bytes."
            rendering.fail(pair.field, BadValue(too_long, hint="Send long values in the body."))
        return value


class _Rendering:
    """The rendering of one request. It goes on after a failure, to find every missing name and a `{% skip %}`."""

    def __init__(self, missing: str, values: Mapping[str, object]) -> None:
        self.send_empty = missing == "empty"
        self.context = RenderContext(ENVIRONMENTS[missing], {**GLOBALS, **values}, None, {})
        self.context.budget = Budget(send_empty=self.send_empty)
        self.failures: list[tuple[str, RenderFailure]] = []
        self.field = ""

    def text(self, field: str, template: FieldTemplate) -> str:
        self.field = field
        try:
            return template.render(self.context)
        except (SkipRequested, BudgetExceeded):
            raise
        except RenderFailure as failure:
            self.failures.append((field, failure))
            return ""

    def fail(self, field: str, failure: RenderFailure) -> None:
        """Note a failure of what was made of a field; a field that failed already says why."""
        if field not in (failed for failed, _ in self.failures):
            self.failures.append((field, failure))


def _problem(failures: list[tuple[str, RenderFailure]]) -> RenderProblem:
    """The first failure, with the names that all of them miss. A bad value comes before a missing one."""
    field, failure = min(failures, key=lambda item: isinstance(item[1], MissingValue))
    names = dict.fromkeys(item.name for _, item in failures if isinstance(item, MissingValue) and item.name)
    return RenderProblem(
        kind=failure.kind,
        message=failure.message,
        field=field,
        line=failure.line,
        column=failure.column,
        hint=failure.hint,
        missing=tuple(name.removeprefix("profile.") for name in names),
    )
