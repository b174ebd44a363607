"""Walks every address there is: what belongs to a workspace is closed to everybody else. New pages are covered."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, PathConverter, SlugConverter, StringConverter, UUIDConverter

from accounts.models import User, Workspace
from tests.cast import api_headers, signed_in
from tests.things import things_of

EXAMPLES: dict[type, Any] = {
    IntConverter: 1,
    SlugConverter: "a",
    StringConverter: "a",
    PathConverter: "a",
    UUIDConverter: "00000000-0000-0000-0000-000000000000",
}
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Place:
    """One pattern of the table: its whole route, its name, and an example for each part of it."""

    route: str
    name: str
    examples: tuple[tuple[str, Any], ...]

    def url(self, **chosen: Any) -> str:
        return reverse(self.name, kwargs={**dict(self.examples), **chosen})


def places(resolver: URLResolver, before: str = "", parts: tuple[tuple[str, Any], ...] = ()) -> Iterator[Place]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        found = (*parts, *((name, EXAMPLES[type(kind)]) for name, kind in entry.pattern.converters.items()))
        if isinstance(entry, URLResolver):
            yield from places(entry, route, found)
        elif isinstance(entry, URLPattern):
            yield Place(route, entry.name or "", found)


TABLE = list(places(get_resolver()))
WORKSPACE_PAGES = [place for place in TABLE if place.route.startswith("w/<slug:workspace>/")]
API = [place for place in TABLE if place.route.startswith("api/v1/")]
# Parts of an address that name no thing of a workspace by themselves, only together with another part.
NO_THINGS = {"workspace", "number", "role", "kind", "notification", "user_id", "preset", "guide", "picture"}
PAGES_OF_ONE_THING = [place for place in WORKSPACE_PAGES if not dict(place.examples).keys() <= NO_THINGS]
API_OF_ONE_THING = [place for place in API if place.examples]


def own(things: dict[str, int | str], place: Place) -> dict[str, int | str]:
    """The ids for the place's parts; fails for a part that nobody told this test about."""
    parts = dict(place.examples).keys() - NO_THINGS
    assert parts <= things.keys(), f"tests/things.py makes no {parts - things.keys()}"
    return {name: things[name] for name in parts}


def answers(client: Client, url: str) -> dict[str, int]:
    """The statuses of a page for reading and for writing."""
    return {"get": client.get(url).status_code, "post": client.post(url).status_code}


def closed(statuses: dict[str, int], expected: int) -> bool:
    """Whether every method is answered with ``expected``, except those that the page doesn't have (405)."""
    return expected in statuses.values() and set(statuses.values()) <= {expected, 405}


def test_the_walk_sees_the_rooms() -> None:
    names = {place.name for place in TABLE}
    assert {"members", "connections", "profiles", "campaigns", "notifications_log", "api_me"} <= names
    assert all(place.name for place in WORKSPACE_PAGES + API), "every page and endpoint needs a name"


def test_an_outsider_finds_no_page_of_a_workspace(client: Client, workspace: Workspace, outsider: User) -> None:
    signed_in(client, outsider)
    things = things_of(workspace)
    found = {
        place.name: answers(client, place.url(workspace=workspace.slug, **own(things, place)))
        for place in WORKSPACE_PAGES
    }
    assert {name: statuses for name, statuses in found.items() if not closed(statuses, 404)} == {}


def test_a_workspace_that_does_not_exist_looks_the_same(client: Client, workspace: Workspace, outsider: User) -> None:
    signed_in(client, outsider)
    for place in WORKSPACE_PAGES:
        theirs = answers(client, place.url(workspace=workspace.slug))
        assert theirs == answers(client, place.url(workspace="no-such-workspace")), place.name


def test_people_who_are_not_signed_in_are_asked_to(client: Client, workspace: Workspace) -> None:
    for place in WORKSPACE_PAGES:
        url = place.url(workspace=workspace.slug)
        assert closed(answers(client, url), 302), place.name
        asked = client.get(url) if client.get(url).status_code == 302 else client.post(url)
        assert asked.headers["Location"].startswith(reverse("account_login")), place.name


def test_no_page_of_ones_own_workspace_shows_a_thing_of_another(
    client: Client, workspace: Workspace, outsider: User
) -> None:
    signed_in(client, outsider)
    things, slug = things_of(workspace), outsider.workspaces.get().slug
    found = {
        place.name: answers(client, place.url(workspace=slug, **own(things, place))) for place in PAGES_OF_ONE_THING
    }
    assert {name: statuses for name, statuses in found.items() if not closed(statuses, 404)} == {}


def test_the_api_refuses_whoever_has_no_token(client: Client, db: None) -> None:
    for place in API:
        statuses = {getattr(client, method)(place.url()).status_code for method in METHODS}
        assert statuses == {401}, place.name


def test_the_api_finds_nothing_of_another_workspace(client: Client, workspace: Workspace, outsider: User) -> None:
    headers = api_headers(outsider.workspaces.get())
    ask = partial(client.generic, data='{"revision": 1}', content_type="application/json", headers=headers)
    things = things_of(workspace)
    for place in API_OF_ONE_THING:
        url = place.url(**own(things, place))
        statuses = {method: ask(method.upper(), url).status_code for method in METHODS}
        assert closed(statuses, 404), f"{place.name}: {statuses}"
