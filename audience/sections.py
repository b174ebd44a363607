"""What higher rooms add to a person's page: each registers a section from its ``AppConfig.ready()``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # registered from ready(), imported before models are
    from accounts.models import Workspace
    from audience.models import Profile


@dataclass(frozen=True)
class ProfileSection:
    """A card on the person's page: ``template`` is rendered with what ``context`` returns, beside ``profile``."""

    title: str
    template: str
    context: "Callable[[Workspace, Profile], dict[str, Any]]"
    order: int = 100


_sections: list[ProfileSection] = []


def register(section: ProfileSection) -> None:
    """Adds a section; registering the same one again changes nothing."""
    if section not in _sections:
        _sections.append(section)


def sections_of(workspace: "Workspace", profile: "Profile") -> list[dict[str, Any]]:
    """Title, template and values of each section, in order."""
    ordered = sorted(_sections, key=lambda section: (section.order, section.title))
    return [
        {"title": section.title, "template": section.template, "values": section.context(workspace, profile)}
        for section in ordered
    ]
