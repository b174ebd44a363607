"""A question that this room asks and that higher rooms answer from their ``AppConfig.ready()``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from templates_lib.models import Template


@dataclass(frozen=True)
class TemplateUse:
    """Something that was filled from a template, such as a campaign: what it is called and where it is edited."""

    label: str
    url: str


FindUses = Callable[[Template], Sequence[TemplateUse]]

_uses: list[FindUses] = []


def register_template_uses(find_function: FindUses) -> None:
    """``find_function(template)``: what uses the template now."""
    if find_function not in _uses:
        _uses.append(find_function)


def template_uses(template: Template) -> list[TemplateUse] | None:
    """None when no room can tell."""
    return [use for find in _uses for use in find(template)] if _uses else None
