from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import ApiTokenForm, form_refused
from accounts.models import ApiToken
from accounts.pages import WorkspaceRequest, workspace_page
from accounts.selectors import api_token_get, api_tokens_of
from accounts.tokens import api_token_create, api_token_revoke
from webhooks_platform.base.errors import ProductError


@require_http_methods(["GET", "POST"])
@never_cache
@workspace_page("token.edit")
def api_tokens(request: WorkspaceRequest) -> HttpResponse:
    """The tokens; the answer to a POST shows the new one's text, once, and no redirect carries it."""
    created: ApiToken | None = None
    text = ""
    form = ApiTokenForm(request.actor, request.POST or None)
    if form.is_valid():
        try:
            created, text = api_token_create(actor=request.actor, **form.cleaned_data)
        except ProductError as error:
            form_refused(form, error)
        else:
            form = ApiTokenForm(request.actor)
    context = {"form": form, "tokens": api_tokens_of(request.workspace), "created": created, "text": text}
    return render(request, "accounts/api_tokens.html", context, status=422 if form.errors else 200)


@require_POST
@workspace_page("token.edit")
def revoke_api_token(request: WorkspaceRequest, token: int) -> HttpResponse:
    found = api_token_get(request.workspace, token)
    api_token_revoke(actor=request.actor, token=found)
    messages.success(request, f"“{found.name}” is revoked.")
    return redirect("api_tokens", workspace=request.workspace.slug)
