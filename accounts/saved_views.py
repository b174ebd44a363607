"""Saved views: the filters of a list under a name, one's own or shared with the workspace."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.audit import audit
from accounts.checks import name_checked
from accounts.errors import NotInWorkspace, SavedViewGone, SavedViewInvalid
from accounts.models import DefaultView, SavedView, SavedViewPage
from accounts.permissions import allowed, permit

NAME_LIMIT, QUERY_LIMIT, VIEWS_LIMIT = 60, 2000, 50
# Names that say where on a list one is, not what is filtered; "view" chooses between all rows and the default view.
NOT_FILTERS = frozenset({"after", "before", "cursor", "view", "saved-view"})
UNDO_WITHIN = timedelta(days=1)


def query_normal(pairs: Iterable[tuple[str, str]]) -> str:
    """The filters among an address's parameters, in one order, so that equal filters are equal texts."""
    return urlencode(sorted((name, value) for name, value in pairs if value and name not in NOT_FILTERS))


def saved_views_of(actor: Actor, page: str = "") -> QuerySet[SavedView]:
    """The actor's own views and the shared ones, oldest first; ``page`` narrows to one list."""
    found = SavedView.objects.filter(_own(actor) | Q(shared=True), workspace=actor.workspace, removed_at=None)
    return (found.filter(page=page) if page else found).select_related("user").order_by("id")


def saved_view_get(actor: Actor, view_id: int, *, removed: bool = False) -> SavedView:
    """One that the actor may see; raises NotInWorkspace. ``removed``: one that Undo may bring back."""
    found = SavedView.objects.filter(_own(actor) | Q(shared=True), workspace=actor.workspace, pk=view_id)
    view = found.filter(removed_at__isnull=not removed).first()
    if view is None:
        raise NotInWorkspace("This view does not exist any more.")
    return view


def default_view(actor: Actor, page: str) -> SavedView | None:
    """The view with which the list opens for the actor."""
    if actor.user is None:
        return None
    chosen = DefaultView.objects.filter(workspace=actor.workspace, user=actor.user, page=page)
    return saved_views_of(actor, page).filter(pk__in=chosen.values("view")).first()


def may_change(actor: Actor, view: SavedView) -> bool:
    """Their own views are everybody's to change; shared ones also the admins'."""
    own = view.user_id == (actor.user.pk if actor.user else None)
    return own or (view.shared and allowed(actor, "workspace.edit"))


@transaction.atomic
def saved_view_save(*, actor: Actor, page: str, name: str, query: str, shared: bool = False) -> SavedView:
    """Keeps filters under a name; the actor's own view of that name gets the new ones. Raises SavedViewInvalid."""
    permit(actor, "view.share" if shared else "workspace.view")
    if page not in SavedViewPage.values:
        raise SavedViewInvalid(f"page must be one of: {', '.join(SavedViewPage.values)}.", field="page")
    name = name_checked(name, limit=NAME_LIMIT, error=SavedViewInvalid, what="the view")
    values = {"query": _query_checked(query), "shared": shared, "name": name}
    own = SavedView.objects.filter(_own(actor), workspace=actor.workspace, page=page, removed_at=None)
    view = own.filter(name__iexact=name).first()
    if view is None and own.count() >= VIEWS_LIMIT:
        raise SavedViewInvalid(f"You have {VIEWS_LIMIT} views of this list. Delete one first.", field="name")
    view = view or SavedView(workspace=actor.workspace, user=actor.user, page=page)
    _store(view, **values)
    audit(actor, "saved_view.saved", view, shared=shared)
    return view


@transaction.atomic
def saved_view_rename(*, actor: Actor, view: SavedView, name: str) -> SavedView:
    """Raises SavedViewInvalid for a bad name or one that is taken."""
    _permit_change(actor, view)
    _store(view, name=name_checked(name, limit=NAME_LIMIT, error=SavedViewInvalid, what="the view"))
    audit(actor, "saved_view.renamed", view)
    return view


@transaction.atomic
def saved_view_share(*, actor: Actor, view: SavedView, shared: bool) -> SavedView:
    """Shows the view to the whole workspace, or to its maker alone again."""
    permit(actor, "view.share")
    _permit_change(actor, view)
    _store(view, shared=shared)
    audit(actor, "saved_view.shared" if shared else "saved_view.unshared", view)
    return view


@transaction.atomic
def saved_view_default(*, actor: Actor, view: SavedView, is_default: bool) -> None:
    """Opens the list with this view for the actor, or with all rows again."""
    permit(actor, "workspace.view")
    if actor.user is None:
        raise SavedViewInvalid("An API token opens no pages, so it has no default view.")
    place: dict[str, Any] = {"workspace": actor.workspace, "user": actor.user, "page": view.page}
    if is_default:
        DefaultView.objects.update_or_create(**place, defaults={"view": view})
    else:
        DefaultView.objects.filter(**place, view=view).delete()
    audit(actor, "saved_view.default_changed", view, is_default=is_default)


@transaction.atomic
def saved_view_remove(*, actor: Actor, view: SavedView) -> None:
    """Deletes the view; for a day it can be brought back."""
    _permit_change(actor, view)
    now = timezone.now()
    SavedView.objects.filter(workspace=actor.workspace, removed_at__lt=now - UNDO_WITHIN).delete()
    _store(view, removed_at=now)
    audit(actor, "saved_view.deleted", view)


@transaction.atomic
def saved_view_restore(*, actor: Actor, view: SavedView) -> SavedView:
    """Brings a deleted view back; raises SavedViewInvalid when its name has been taken meanwhile."""
    _permit_change(actor, view)
    _store(view, removed_at=None)
    audit(actor, "saved_view.restored", view)
    return view


def _own(actor: Actor) -> Q:
    return Q(user=actor.user) if actor.user else Q(user=None)


def _permit_change(actor: Actor, view: SavedView) -> None:
    permit(actor, "workspace.view")
    if not may_change(actor, view):
        permit(actor, "workspace.edit")
        raise SavedViewGone("This view is not shared any more. Reload the page.")


def _query_checked(query: str) -> str:
    found = query_normal(parse_qsl(query.lstrip("?")))
    if not found:
        raise SavedViewInvalid("There is no filter to save. Filter the list first.", field="query")
    if len(found) > QUERY_LIMIT:
        raise SavedViewInvalid("These filters are too long to save. Shorten the search.", field="query")
    return found


def _store(view: SavedView, **values: object) -> None:
    for field, value in values.items():
        setattr(view, field, value)
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise SavedViewInvalid(
            f"There is a view called “{view.name}” already. Choose another name.", field="name"
        ) from None
