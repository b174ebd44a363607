"""What ⌘K offers: pages, actions and the things of a workspace. Rooms register both from ``AppConfig.ready()``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from frontend.navigation import workspace_slug

HITS_IN_A_GROUP = 5
QUERY_LENGTH = 100


@dataclass(frozen=True)
class Hit:
    """A thing that was found: its name, what tells it from others of the name, where it is, its icon."""

    label: str
    sub: str
    url: str
    icon: str


@dataclass(frozen=True)
class Group:
    heading: str
    hits: tuple[Hit, ...]


# Is given a request that passed the door of a workspace, and the words. Answers with at most HITS_IN_A_GROUP hits, by
# one indexed query, and only with what the request's person may see.
Search = Callable[[Any, str], Iterable[Hit]]


@dataclass(frozen=True)
class Action:
    """Something to do, by the page where it is done. ``shown`` hides it from people without the right.

    ``url_name`` is reversed with the workspace's slug, or without arguments where ``in_workspace`` is false.
    ``words`` are other words that people look for it by.
    """

    label: str
    icon: str
    url_name: str
    order: int
    shown: Callable[[HttpRequest], bool]
    words: str = ""
    in_workspace: bool = True


@dataclass(frozen=True)
class ActionLink:
    label: str
    icon: str
    url: str
    words: str


_searches: list[tuple[int, str, Search]] = []
_actions: list[Action] = []


def register_search(order: int, heading: str, search: Search) -> None:
    """Adds a group of results; registering the same one again changes nothing."""
    if (order, heading, search) not in _searches:
        _searches.append((order, heading, search))


def register_action(action: Action) -> None:
    """Adds an action; registering the same one again changes nothing."""
    if action not in _actions:
        _actions.append(action)


def groups(request: HttpRequest, query: str) -> list[Group]:
    """What the rooms found for the words, in groups, empty ones left out. Nothing for an empty query."""
    words = " ".join(query.replace("\x00", "").split())[:QUERY_LENGTH]
    if not words:
        return []
    ordered = sorted(_searches, key=lambda entry: entry[:2])
    found = [Group(heading, tuple(search(request, words))[:HITS_IN_A_GROUP]) for _, heading, search in ordered]
    return [group for group in found if group.hits]


def actions(request: HttpRequest) -> list[ActionLink]:
    """What the person may do in the workspace of this request, by order."""
    slug = workspace_slug(request)
    shown = [action for action in _actions if (slug or not action.in_workspace) and action.shown(request)]
    ordered = sorted(shown, key=lambda action: (action.order, action.label))
    return [ActionLink(each.label, each.icon, _url(each, slug), each.words) for each in ordered]


def _url(action: Action, slug: str | None) -> str:
    return reverse(action.url_name, kwargs={"workspace": slug} if action.in_workspace else {})
