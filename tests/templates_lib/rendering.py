"""Short ways to render one field or one content in tests."""

from collections.abc import Mapping
from typing import Any

from templates_lib.content import RawBody, WebhookContent
from templates_lib.rendering import RenderedRequest, RenderProblem, compile_content
from templates_lib.rendering.budget import Budget, RenderContext
from templates_lib.rendering.environment import ENVIRONMENTS, GLOBALS
from templates_lib.rendering.template import compile_field

URL = "https://api.example.com/people"


def render_field(kind: str, source: str, values: Mapping[str, Any], missing: str = "skip") -> str:
    """The text of one field. Raises TemplateRefused or RenderFailure."""
    context = RenderContext(ENVIRONMENTS[missing], {**GLOBALS, **values}, None, {})
    context.budget = Budget(send_empty=missing == "empty")
    return compile_field(kind, source, missing).render(context)


def raw(text: str, content_type: str = "application/json", **content: Any) -> WebhookContent:
    return WebhookContent(**{"url": URL, **content}, body=RawBody(text=text, content_type=content_type))


def render(content: WebhookContent, **values: Any) -> RenderedRequest:
    result = compile_content(content, secret_attached=True).render(values)
    assert isinstance(result, RenderedRequest), result
    return result


def refused(content: WebhookContent, **values: Any) -> RenderProblem:
    result = compile_content(content, secret_attached=True).render(values)
    assert isinstance(result, RenderProblem), result
    return result
