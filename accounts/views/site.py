"""Pages outside any workspace: the way in, new workspaces, the user's own account."""

from urllib.parse import urlencode

from allauth.account.views import PasswordResetDoneView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.adapter import INVITATION_SESSION_KEY
from accounts.forms import NameForm, WorkspaceForm, form_refused
from accounts.invitations import invitation_accept, invitation_find, invitation_key
from accounts.models import Invitation
from accounts.pages import UserRequest
from accounts.selectors import workspaces_of
from accounts.services import user_rename, workspace_create
from webhooks_platform.base.errors import ProductError

MAIL_TO_LOG = "django.core.mail.backends.console.EmailBackend"


@require_safe
@login_required
def home(request: UserRequest) -> HttpResponse:
    """The only workspace, or a choice of them; first of all an invitation that is waiting, or the first workspace."""
    invitation = invitation_find(request.session.get(INVITATION_SESSION_KEY, ""))
    if invitation and _is_for(request, invitation):
        return redirect("invitation", key=invitation_key(invitation))
    workspaces = list(workspaces_of(request.user))
    if not workspaces:
        return redirect("workspace_create")
    if len(workspaces) == 1:
        return redirect("workspace_home", workspace=workspaces[0].slug)
    return render(request, "accounts/choose_workspace.html", {"workspaces": workspaces})


@require_http_methods(["GET", "POST"])
@login_required
def create_workspace(request: UserRequest) -> HttpResponse:
    form = WorkspaceForm(request.POST or None, initial={"time_zone": "UTC"})
    if form.is_valid():
        try:
            made = workspace_create(user=request.user, **form.cleaned_data)
        except ProductError as error:
            form_refused(form, error)
        else:
            return redirect("workspace_home", workspace=made.slug)
    context = {"form": form, "has_workspaces": workspaces_of(request.user).exists()}
    return render(request, "accounts/create_workspace.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@login_required
def account(request: UserRequest) -> HttpResponse:
    form = NameForm(request.POST or None, initial={"name": request.user.name})
    if form.is_valid():
        try:
            user_rename(user=request.user, name=form.cleaned_data["name"])
        except ProductError as error:
            form_refused(form, error)
        else:
            messages.success(request, "Your name is saved.")
            return redirect("account")
    return render(request, "accounts/account.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Where an invitation's link leads, signed in or not."""
    found = invitation_find(key)
    if found is None:
        return render(request, "accounts/invitation_unusable.html", status=404)
    if request.method == "POST" and request.user.is_authenticated:
        invitation_accept(user=request.user, invitation=found)
        request.session.pop(INVITATION_SESSION_KEY, None)
        return redirect("workspace_home", workspace=found.workspace.slug)
    request.session[INVITATION_SESSION_KEY] = key
    return render(request, "accounts/invitation.html", _invitation_page(request, found))


def _invitation_page(request: HttpRequest, found: Invitation) -> dict[str, object]:
    back = urlencode({"next": request.path, "email": found.email})
    return {
        "invitation": found,
        "is_for_me": _is_for(request, found),
        "sign_up_url": f"{reverse('account_signup')}?{back}",
        "sign_in_url": f"{reverse('account_login')}?{back}",
    }


def _is_for(request: HttpRequest, found: Invitation) -> bool:
    return request.user.is_authenticated and request.user.email.lower() == found.email.lower()


class ResetLinkSent(PasswordResetDoneView):  # type: ignore[misc]
    """Says where the mail went, also where there is no mail server."""

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return {**super().get_context_data(**kwargs), "mail_goes_to_log": settings.EMAIL_BACKEND == MAIL_TO_LOG}
