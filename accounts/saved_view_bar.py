"""The saved views above a list: ``@with_saved_views(page)`` under ``@workspace_page``, ``<c-saved-views />`` in it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from accounts.models import SavedView
from accounts.permissions import allowed
from accounts.saved_views import default_view, may_change, query_normal, saved_views_of

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class ViewTab:
    """One saved view as the list offers it."""

    view: SavedView
    current: bool
    is_default: bool
    may_change: bool

    @property
    def url(self) -> str:
        return f"?{self.view.query}"


@dataclass(frozen=True)
class SavedViewBar:
    """``query``: the filters of the page, empty for all rows. ``current``: the view with just these filters."""

    page: str
    query: str
    tabs: tuple[ViewTab, ...]
    may_share: bool

    @property
    def current(self) -> ViewTab | None:
        return next((tab for tab in self.tabs if tab.current), None)

    @property
    def savable(self) -> bool:
        return bool(self.query) and self.current is None


def with_saved_views(page: str) -> Callable[[View], View]:
    """Opens the list with the user's default view where the address asks for nothing; ``?view=all`` shows all rows."""

    def door(view: View) -> View:
        @wraps(view)
        def listed(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            default = default_view(request.actor, page)
            if default and not request.GET:
                return redirect(f"{request.path}?{default.query}")
            request.saved_views = _bar(request, page, default)
            return view(request, *args, **kwargs)

        return listed

    return door


def _bar(request: Any, page: str, default: SavedView | None) -> SavedViewBar:
    actor, query = request.actor, page_query(request)
    views = list(saved_views_of(actor, page))
    same = next((view for view in views if view.query == query), None)
    tabs = (ViewTab(view, view == same, view == default, may_change(actor, view)) for view in views)
    return SavedViewBar(page, query, tuple(tabs), allowed(actor, "view.share"))


def page_query(request: HttpRequest) -> str:
    """The filters of the request's address."""
    return query_normal((name, value) for name, values in request.GET.lists() for value in values)
