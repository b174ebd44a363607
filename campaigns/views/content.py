"""The Content step: the webhook, its live preview, test sends, authentication and templates."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.pages import WorkspaceRequest, workspace_page
from campaigns.completions import completions_json
from campaigns.content_form import BODY_KINDS, CONTENT_TYPES, METHODS, MISSING_RULES, content_from_form
from campaigns.filling import campaign_fill, campaign_template_remember
from campaigns.models import Campaign
from campaigns.pasting import curl_paste
from campaigns.people import people_to_preview
from campaigns.selectors import campaign_get, content_answered_ok_at
from campaigns.services import campaign_update
from campaigns.views.builder import builder_page, posted_revision, save_step, step_url
from channels.models import TYPED_KINDS, ChannelKind
from channels.selectors import connection_find, connections_available
from channels.services import connection_save_for_campaign
from templates_lib.left_out import authentication_left_out
from templates_lib.selectors import template_get, templates_available
from templates_lib.services import template_save
from templates_lib.tags import tags_used
from webhooks_platform.base.errors import InvalidInput, ProductError
from webhooks_platform.base.words import words_listed


@require_http_methods(["GET", "POST"])
@workspace_page("workspace.view")
def content(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    found = campaign_get(request.workspace, campaign)
    if request.method == "POST":
        return save_step(request, found, content=content_from_form(request.POST))
    return builder_page(request, found, "content", **_content_page(request, found))


def _content_page(request: WorkspaceRequest, campaign: Campaign) -> dict[str, Any]:
    people = people_to_preview(campaign, request.GET.get("person", ""))
    connection = connection_find(request.workspace, campaign.content.connection_id)
    return {
        "is_webhook": campaign.channel == ChannelKind.WEBHOOK,
        "content": campaign.content,
        "connection": connection,
        "connection_options": _connection_options(request, connection),
        "methods": METHODS,
        "body_kinds": BODY_KINDS,
        "content_types": CONTENT_TYPES,
        "missing_rules": MISSING_RULES,
        "auth_kinds": [(kind.value, kind.label) for kind in TYPED_KINDS],
        "people": people,
        "people_options": [(person.pk, str(person)) for person in people],
        "variables": completions_json(people[0] if people else None),
        "templates": templates_available(request.workspace),
    }


def _connection_options(request: WorkspaceRequest, chosen: Any) -> list[tuple[int, str]]:
    options = [(each.pk, f"{each.name} · {each.origin}") for each in connections_available(request.workspace)]
    if chosen and chosen.campaign_only:
        options.insert(0, (chosen.pk, f"This campaign's own · {chosen.get_auth_kind_display()} · {chosen.origin}"))
    return options


@require_POST
@workspace_page("campaign.edit")
def authenticate(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """Keeps the authentication typed into Content, encrypted, for this campaign only."""
    found = campaign_get(request.workspace, campaign)
    try:
        connection = connection_save_for_campaign(
            actor=request.actor,
            name=found.name,
            url=request.POST.get("auth_url", "") or found.content.url,
            auth_kind=request.POST.get("auth_kind", ""),
            username=request.POST.get("auth_username", ""),
            key_name=request.POST.get("auth_key_name", ""),
            secret=request.POST.get("auth_secret", ""),
        )
        campaign_update(
            campaign=found,
            actor=request.actor,
            revision=posted_revision(request),
            content=found.content.model_copy(update={"connection_id": connection.pk}),
        )
    except ProductError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"Saved. It is sent only to {connection.origin}.")
    return redirect(step_url(found, "content"))


@require_POST
@workspace_page("campaign.edit")
def use_template(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """Replaces the content by a template's; the message text stays."""
    found = campaign_get(request.workspace, campaign)
    template = template_get(request.workspace, int(request.POST.get("template") or 0))
    campaign_fill(campaign=found, actor=request.actor, revision=posted_revision(request), template=template)
    messages.success(request, f"Filled from “{template.name}”. Your message text is unchanged.")
    return redirect(step_url(found, "content"))


@require_POST
@workspace_page("campaign.edit")
def paste_curl(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """Fills the content from a cURL command; what can't be read is said in the dialog."""
    found = campaign_get(request.workspace, campaign)
    command = request.POST.get("curl", "")
    keep = "keep_authentication" in request.POST
    try:
        pasted = curl_paste(
            campaign=found,
            actor=request.actor,
            revision=posted_revision(request),
            command=command,
            keep_authentication=keep,
        )
    except InvalidInput as error:
        context = {"campaign": found, "command": command, "error": error.message, "keep": keep}
        return render(request, "campaigns/_paste_curl_form.html", context, status=422)
    messages.success(request, pasted.words)
    return HttpResponseClientRedirect(step_url(found, "content"))


@require_http_methods(["GET", "POST"])
@workspace_page("template.edit")
def save_template(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """Save as template: everything except the message text. The dialog for it, and what it sends."""
    found = campaign_get(request.workspace, campaign)
    if request.method == "GET":
        return render(request, "campaigns/_save_template_dialog.html", _save_template_dialog(request, found))
    try:
        template = template_save(
            workspace=request.workspace,
            actor=request.actor,
            name=request.POST.get("name", ""),
            content=found.content,
            answered_ok_at=content_answered_ok_at(found),
            new_version="new_version" in request.POST,
            tags=words_listed(request.POST.get("tags", "")),
        )
        campaign_template_remember(campaign=found, template=template)
    except ProductError as error:
        messages.error(request, error.message)
        return redirect(step_url(found, "content"))
    left_out = authentication_left_out(request.workspace, found.content)
    without = " and without this campaign's own authentication" if left_out else ""
    messages.success(request, f"Template “{template.name}” is saved, without the message text{without}.")
    address = reverse("template_detail", kwargs={"workspace": request.workspace.slug, "template": template.pk})
    return redirect(f"{address}?left_out={left_out.pk}" if left_out else address)


def _save_template_dialog(request: WorkspaceRequest, campaign: Campaign) -> dict[str, Any]:
    return {
        "campaign": campaign,
        "connection": connection_find(request.workspace, campaign.content.connection_id),
        "tags_known": tags_used(request.workspace),
        "answered_ok": content_answered_ok_at(campaign),
    }
