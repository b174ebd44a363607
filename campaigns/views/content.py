"""The Content step: the webhook, its live preview, test sends, authentication and templates."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.pages import WorkspaceRequest, workspace_page
from campaigns.authenticating import campaign_authenticate
from campaigns.completions import completions_json
from campaigns.content_form import BODY_KINDS, CONTENT_TYPES, METHODS, MISSING_RULES, content_from_form
from campaigns.filling import campaign_fill, campaign_template_remember
from campaigns.models import Campaign
from campaigns.pasting import curl_paste
from campaigns.people import people_to_preview
from campaigns.replacing import content_restore
from campaigns.selectors import campaign_get, content_answered_ok_at
from campaigns.views.builder import builder_page, posted_revision, save_step, step_url
from channels.errors import ConnectionInvalid
from channels.models import TYPED_KINDS, ChannelKind
from channels.selectors import connection_find, connections_available
from frontend.answers import message_with_undo
from templates_lib.content import WebhookContent
from templates_lib.left_out import authentication_left_out
from templates_lib.rendering.compiler import written_pairs
from templates_lib.rendering.headers import language_of
from templates_lib.selectors import template_get, templates_available, templates_found
from templates_lib.services import template_save
from templates_lib.tags import tags_used
from webhooks_platform.base.errors import InvalidInput, StaleState
from webhooks_platform.base.words import words_listed

AUTH_INPUTS = {
    "origin": "auth_url",
    "auth_kind": "auth_kind",
    "username": "auth_username",
    "key_name": "auth_key_name",
    "secret": "auth_secret",
}
AUTH_KINDS = [(kind.value, kind.label) for kind in TYPED_KINDS]


@require_http_methods(["GET", "POST"])
@workspace_page("workspace.view")
def content(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    found = campaign_get(request.workspace, campaign)
    if request.method == "POST":
        written = content_from_form(request.POST)
        aside = found.set_aside.after(found.content.body, written.body)
        return save_step(request, found, content=written, set_aside=aside)
    return builder_page(request, found, "content", **_content_page(request, found))


def _content_page(request: WorkspaceRequest, campaign: Campaign) -> dict[str, Any]:
    raw = campaign.set_aside.text(campaign.content.body)
    people = people_to_preview(campaign, request.GET.get("person", ""))
    connection = connection_find(request.workspace, campaign.content.connection_id)
    return {
        "is_webhook": campaign.channel == ChannelKind.WEBHOOK,
        "content": campaign.content,
        "written": _rows_written(campaign.content),
        "connection": connection,
        "connection_options": _connection_options(request, connection),
        "methods": METHODS,
        "body_kinds": BODY_KINDS,
        "body_rows": campaign.set_aside.rows(campaign.content.body),
        "body_raw": raw,
        "body_language": language_of(raw.content_type),
        "content_types": CONTENT_TYPES,
        "missing_rules": MISSING_RULES,
        "auth_kinds": AUTH_KINDS,
        "auth": {"origin": campaign.content.url, "auth_kind": "bearer"},
        "people": people,
        "people_options": [(person.pk, str(person)) for person in people],
        "variables": completions_json(people[0] if people else None),
        "templates": templates_available(request.workspace),
    }


def _rows_written(content: WebhookContent) -> dict[str, int | str]:
    """How many parameters and headers are sent, for their tabs; nothing where there are none."""
    groups = {"parameters": content.parameters, "headers": content.headers}
    return {name: sum(1 for _ in written_pairs(pairs)) or "" for name, pairs in groups.items()}


def _connection_options(request: WorkspaceRequest, chosen: Any) -> list[tuple[int, str]]:
    options = [(each.pk, f"{each.name} · {each.origin}") for each in connections_available(request.workspace)]
    if chosen and chosen.campaign_only:
        options.insert(0, (chosen.pk, f"This campaign's own · {chosen.get_auth_kind_display()} · {chosen.origin}"))
    return options


@require_POST
@workspace_page("campaign.edit")
def authenticate(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """Keeps the authentication typed into Content for this campaign only; what is refused is marked in the dialog."""
    found = campaign_get(request.workspace, campaign)
    typed = {field: request.POST.get(name, "") for field, name in AUTH_INPUTS.items()}
    try:
        connection = campaign_authenticate(
            campaign=found,
            actor=request.actor,
            revision=posted_revision(request),
            url=typed["origin"] or found.content.url,
            auth_kind=typed["auth_kind"],
            username=typed["username"],
            key_name=typed["key_name"],
            secret=typed["secret"],
        )
    except ConnectionInvalid as error:
        if error.field not in AUTH_INPUTS:
            raise
        context = {"auth_kinds": AUTH_KINDS, "auth": typed, "errors": {error.field: error.message}}
        return _refused(request, "campaigns/_auth_form.html", found, **context)
    messages.success(request, f"Saved. It is sent only to {connection.origin}.")
    return HttpResponseClientRedirect(step_url(found, "content"))


def _refused(request: WorkspaceRequest, form: str, campaign: Campaign, **context: Any) -> HttpResponse:
    """The form as it was typed, still for the revision that its page shows."""
    page = {"campaign": campaign, "revision": request.POST.get("revision", ""), **context}
    return render(request, form, page, status=422)


@require_POST
@workspace_page("campaign.edit")
def use_template(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """Replaces the content by a template's; the message text stays."""
    found = campaign_get(request.workspace, campaign)
    template = template_get(request.workspace, int(request.POST.get("template") or 0))
    campaign_fill(campaign=found, actor=request.actor, revision=posted_revision(request), template=template)
    _said_with_undo(request, found, f"Filled from “{template.name}”. Your message text is unchanged.")
    return redirect(step_url(found, "content"))


def _said_with_undo(request: WorkspaceRequest, campaign: Campaign, words: str) -> None:
    address = {"workspace": request.workspace.slug, "campaign": campaign.pk}
    message_with_undo(request, words, reverse("campaign_content_undo", kwargs=address))


@require_POST
@workspace_page("campaign.edit")
def undo_replaced(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """Undo of Use a template and of Paste cURL, unless something was changed since."""
    found = campaign_get(request.workspace, campaign)
    try:
        content_restore(campaign=found, actor=request.actor)
    except StaleState as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The request is what it was before.")
    return redirect(step_url(found, "content"))


@require_GET
@workspace_page("workspace.view")
def templates_to_use(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """The templates whose name, description, tags or URL contain what was typed, to choose one from."""
    campaign_get(request.workspace, campaign)
    search = request.GET.get("template_search", "").replace("\0", "").strip()
    context = {"templates": templates_found(request.workspace, search=search)}
    return render(request, "campaigns/_templates_to_use.html", context)


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
        context = {"command": command, "error": error.message, "keep": keep}
        return _refused(request, "campaigns/_paste_curl_form.html", found, **context)
    _said_with_undo(request, found, pasted.words)
    return HttpResponseClientRedirect(step_url(found, "content"))


@require_http_methods(["GET", "POST"])
@workspace_page("template.edit")
def save_template(request: WorkspaceRequest, campaign: int) -> HttpResponse:
    """Save as template: everything except the message text. The dialog for it, and what it sends."""
    found = campaign_get(request.workspace, campaign)
    if request.method == "GET":
        page = _save_template_form(request, found)
        return render(request, "campaigns/_save_template_dialog.html", page)
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
    except InvalidInput as error:
        page = _save_template_form(request, found) | {"errors": {error.field: error.message}}
        return render(request, "campaigns/_save_template_form.html", page, status=422)
    campaign_template_remember(campaign=found, template=template)
    left_out = authentication_left_out(request.workspace, found.content)
    without = " and without this campaign's own authentication" if left_out else ""
    messages.success(request, f"Template “{template.name}” is saved, without the message text{without}.")
    address = reverse("template_detail", kwargs={"workspace": request.workspace.slug, "template": template.pk})
    return HttpResponseClientRedirect(f"{address}?left_out={left_out.pk}" if left_out else address)


def _save_template_form(request: WorkspaceRequest, campaign: Campaign) -> dict[str, Any]:
    """What the dialog shows: the campaign's name to begin with, then what was typed."""
    return {
        "campaign": campaign,
        "connection": connection_find(request.workspace, campaign.content.connection_id),
        "tags_known": tags_used(request.workspace),
        "answered_ok": content_answered_ok_at(campaign),
        "name": request.POST.get("name", campaign.name),
        "tags": request.POST.get("tags", ""),
        "new_version": "new_version" in request.POST,
    }
