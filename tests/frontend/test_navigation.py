from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import path

from frontend import navigation
from frontend.navigation import NavItem, links, register


def _view(request: HttpRequest, workspace: str = "") -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("w/<slug:workspace>/campaigns/", _view, name="campaigns"),
    path("w/<slug:workspace>/campaigns/new/", _view, name="campaign_create"),
    path("w/<slug:workspace>/profiles/", _view, name="profiles"),
    path("me/", _view, name="me"),
]


@pytest.fixture(autouse=True)
def _entries(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr(navigation, "_items", [])
    register(NavItem("Profiles", "users", "profiles", order=30))
    register(NavItem("Campaigns", "send", "campaigns", order=10))
    register(NavItem("Create", "plus", "campaign_create", order=11, parent="Campaigns"))
    register(NavItem("Your account", "user", "me", section="user"))


def request(address: str, slug: str | None = "acme") -> HttpRequest:
    made = RequestFactory().get(address)
    if slug:
        made.workspace = SimpleNamespace(slug=slug)  # type: ignore[attr-defined]
    return made


def test_entries_come_in_order_with_the_workspace_in_their_address() -> None:
    found = links(request("/w/acme/profiles/"), "main")
    assert [(link.label, link.url) for link in found] == [
        ("Campaigns", "/w/acme/campaigns/"),
        ("Profiles", "/w/acme/profiles/"),
    ]


@pytest.mark.parametrize(
    ("address", "current"),
    [
        ("/w/acme/profiles/17/", ["Profiles"]),
        ("/w/acme/campaigns/", ["Campaigns"]),
        ("/w/acme/campaigns/new/", ["Create"]),
        ("/w/acme/elsewhere/", []),
    ],
)
def test_the_nearest_entry_is_current(address: str, current: list[str]) -> None:
    found = links(request(address), "main")
    everything = [link for parent in found for link in (parent, *parent.children)]
    assert [link.label for link in everything if link.current] == current


def test_a_parent_is_open_while_its_child_is_current() -> None:
    assert links(request("/w/acme/campaigns/new/"), "main")[0].open


def test_without_a_workspace_there_are_only_the_users_own_entries() -> None:
    assert links(request("/me/", slug=None), "main") == []
    assert [link.url for link in links(request("/me/", slug=None), "user")] == ["/me/"]


def test_registering_twice_changes_nothing() -> None:
    register(NavItem("Profiles", "users", "profiles", order=30))
    assert len(links(request("/w/acme/"), "main")) == 2


def test_an_entry_may_be_hidden() -> None:
    register(NavItem("Hidden", "x", "profiles", shown=lambda request: False))
    assert "Hidden" not in [link.label for link in links(request("/w/acme/"), "main")]
