from typing import Any

from django.template import RequestContext, Template
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler


def template(source: str) -> Template:
    """A template from text, with the components' tags, as the loader would make it from a file."""
    return Template(CottonCompiler().process(source))


def render(source: str, **context: Any) -> str:
    return template(source).render(RequestContext(RequestFactory().get("/"), context))
