"""The door of every workspace page: who is it, which workspace, may they."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Member, User, Workspace
from accounts.permissions import permit

View = Callable[..., HttpResponseBase]


class UserRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


class WorkspaceRequest(UserRequest):
    """A request that passed the door."""

    actor: Actor
    workspace: Workspace


def workspace_page(action: str) -> Callable[[View], View]:
    """Lets members with the right through: outsiders get 404, members without the right 403.

    Pages show times in the workspace's zone.
    """

    def door(view: View) -> View:
        @wraps(view)
        @login_required
        def page(request: Any, workspace: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.actor = actor_of(request.user, workspace)
            request.workspace = request.actor.workspace
            permit(request.actor, action)
            with timezone.override(ZoneInfo(request.workspace.time_zone)):
                return view(request, *args, **kwargs)

        return page

    return door


def actor_of(user: User, slug: str) -> Actor:
    """The user as a member of the workspace; Http404 for anybody else, so that names can't be probed."""
    member = Member.objects.select_related("workspace").filter(workspace__slug=slug, user=user).first()
    if member is None:
        raise Http404("No such workspace, or you are not a member of it.")
    return Actor(workspace=member.workspace, role=member.role, user=user)
