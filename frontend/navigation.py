"""What the sidebar, the settings menu and the user menu show; rooms register entries from ``AppConfig.ready()``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse


def _always(request: HttpRequest) -> bool:
    return True


@dataclass(frozen=True)
class NavItem:
    """An entry. ``section`` is "main", "settings" or "user"; ``parent`` is the label of the entry it belongs under.

    ``url_name`` is reversed with the workspace's slug, except in the user section. ``shown`` may hide the entry from
    people who have no use for it; it is no permission check. ``keys`` is a shortcut such as "g c".
    """

    label: str
    icon: str
    url_name: str
    order: int = 100
    section: str = "main"
    parent: str = ""
    shown: Callable[[HttpRequest], bool] = _always
    keys: str = ""


@dataclass(frozen=True)
class NavLink:
    label: str
    icon: str
    url: str
    current: bool
    children: tuple["NavLink", ...] = ()
    keys: str = ""

    @property
    def open(self) -> bool:
        return self.current or any(child.current for child in self.children)


_items: list[NavItem] = []


def register(item: NavItem) -> None:
    """Adds an entry; registering the same one again changes nothing."""
    if item not in _items:
        _items.append(item)


def links(request: HttpRequest, section: str) -> list[NavLink]:
    """The entries of a section for this request, the page's own one marked as current."""
    if section != "user" and workspace_slug(request) is None:
        return []
    shown = [(item, _url(request, item)) for item in _shown_items(request, section)]
    current = _nearest(request.path, [url for _, url in shown])
    return [_link(item, url, current, shown) for item, url in shown if not item.parent]


def _shown_items(request: HttpRequest, section: str) -> list[NavItem]:
    items = [item for item in _items if item.section == section and item.shown(request)]
    return sorted(items, key=lambda item: (item.order, item.label))


def _link(item: NavItem, url: str, current: str, shown: list[tuple[NavItem, str]]) -> NavLink:
    children = tuple(
        NavLink(child.label, child.icon, child_url, child_url == current)
        for child, child_url in shown
        if child.parent == item.label
    )
    # When an entry and its first child share an address, the child is the page.
    is_current = url == current and not any(child.current for child in children)
    return NavLink(item.label, item.icon, url, is_current, children, item.keys)


def _nearest(path: str, urls: list[str]) -> str:
    return max((url for url in urls if path.startswith(url)), key=len, default="")


def _url(request: HttpRequest, item: NavItem) -> str:
    kwargs: dict[str, Any] = {} if item.section == "user" else {"workspace": workspace_slug(request)}
    return reverse(item.url_name, kwargs=kwargs)


def workspace_slug(request: HttpRequest) -> str | None:
    workspace = getattr(request, "workspace", None)
    return None if workspace is None else str(workspace.slug)
