from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import InvitationForm, form_refused, roles_offered
from accounts.invitations import invitation_create, invitation_key, invitation_withdraw
from accounts.models import Role
from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed, permit
from accounts.selectors import invitation_get, invitations_open, member_get, members_of
from accounts.services import member_remove, member_role_change
from webhooks_platform.base.errors import InvalidInput, ProductError

ROLE_DESCRIPTIONS = (
    (Role.OWNER.label, "Everything, also other owners."),
    (Role.ADMIN.label, "Members, API tokens, channels, connections, and all that marketers may."),
    (Role.MARKETER.label, "Profiles, segments, templates, campaigns: create, test, launch, pause and stop."),
    (Role.APPROVER.label, "Launch campaigns that others made; pause, resume and stop their runs."),
    (Role.VIEWER.label, "Look at everything, change nothing."),
)


@require_http_methods(["GET", "POST"])
@workspace_page("workspace.view")
def members(request: WorkspaceRequest) -> HttpResponse:
    """The members; a POST invites somebody."""
    if request.method == "POST":
        permit(request.actor, "member.edit")
    form = InvitationForm(request.actor, request.POST or None)
    if form.is_valid():
        try:
            invitation_create(actor=request.actor, **form.cleaned_data)
        except ProductError as error:
            form_refused(form, error)
        else:
            messages.success(request, "The invitation is made. Copy its link and send it.")
            return redirect("members", workspace=request.workspace.slug)
    return render(request, "accounts/members.html", _members_page(request, form), status=422 if form.errors else 200)


def _members_page(request: WorkspaceRequest, form: InvitationForm) -> dict[str, Any]:
    may_edit = allowed(request.actor, "member.edit")
    return {
        "form": form,
        "may_edit": may_edit,
        "members": members_of(request.workspace),
        "roles": roles_offered(request.actor),
        "role_descriptions": ROLE_DESCRIPTIONS,
        "invitations": _invitations(request) if may_edit else [],
    }


def _invitations(request: WorkspaceRequest) -> list[tuple[Any, str]]:
    """Each with its link, which starts with the address that the installation is known by."""
    found = invitations_open(request.workspace)
    base = settings.PUBLIC_URL.rstrip("/")
    return [(each, base + reverse("invitation", kwargs={"key": invitation_key(each)})) for each in found]


@require_POST
@workspace_page("member.edit")
def member_role(request: WorkspaceRequest, member: int, role: str) -> HttpResponse:
    found = member_get(request.workspace, member)
    try:
        changed = member_role_change(actor=request.actor, member=found, role=role)
    except InvalidInput as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{changed.user} is {changed.get_role_display().lower()} now.")
    return redirect("members", workspace=request.workspace.slug)


@require_POST
@workspace_page("workspace.view")
def remove_member(request: WorkspaceRequest, member: int) -> HttpResponse:
    """Removes a member, or lets people leave by themselves."""
    found = member_get(request.workspace, member)
    try:
        member_remove(actor=request.actor, member=found)
    except InvalidInput as error:
        messages.error(request, error.message)
        return redirect("members", workspace=request.workspace.slug)
    if found.user == request.user:
        return redirect("home")
    messages.success(request, f"{found.user} is no member any more.")
    return redirect("members", workspace=request.workspace.slug)


@require_POST
@workspace_page("member.edit")
def withdraw_invitation(request: WorkspaceRequest, invitation: int) -> HttpResponse:
    invitation_withdraw(actor=request.actor, invitation=invitation_get(request.workspace, invitation))
    messages.success(request, "The invitation is withdrawn.")
    return redirect("members", workspace=request.workspace.slug)
