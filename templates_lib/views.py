"""The template library: list, one template with its versions, rename, archive, restore."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from channels.models import Connection
from frontend.answers import came_from, message_with_undo
from templates_lib import services
from templates_lib.errors import TemplateInvalid, TemplateNameTaken
from templates_lib.forms import TemplateForm
from templates_lib.left_out import connection_left_out, connection_shared
from templates_lib.library import content_readable, destination, versions_difference
from templates_lib.models import Template, TemplateVersion
from templates_lib.registry import template_uses
from templates_lib.selectors import (
    template_get,
    template_version_get,
    template_versions,
    templates_found,
    versions_newest,
)
from templates_lib.tags import tags_used
from webhooks_platform.base.errors import InvalidInput
from webhooks_platform.base.numbers import number_in

PAGE_SIZE = 50


@dataclass(frozen=True)
class LibraryRow:
    template: Template
    version: TemplateVersion

    @property
    def destination(self) -> str:
        return destination(self.version.content)


@require_GET
@workspace_page("workspace.view")
def templates(request: WorkspaceRequest) -> HttpResponse:
    search, tag = (request.GET.get(name, "").replace("\0", "").strip() for name in ("q", "tag"))
    archived = request.GET.get("archived") == "1"
    found = templates_found(request.workspace, search=search, tag=tag, archived=archived)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    newest = versions_newest(page.object_list)
    context = {
        "rows": [LibraryRow(template, newest[template.pk]) for template in page],
        "page": page,
        "search": search,
        "tag": tag,
        "tags": [(known, known) for known in tags_used(request.workspace)],
        "archived": archived,
        "can_edit": allowed(request.actor, "template.edit"),
    }
    return render(request, "templates_lib/library.html", context)


@require_GET
@workspace_page("workspace.view")
def template_detail(request: WorkspaceRequest, template: int) -> HttpResponse:
    """The newest version or ``?version=``; with ``?compare=`` its difference from that one."""
    found = template_get(request.workspace, template)
    versions = template_versions(found)
    shown = template_version_get(found, _number(request, "version")) if request.GET.get("version") else versions[0]
    other = template_version_get(found, _number(request, "compare")) if request.GET.get("compare") else None
    context = {
        "template": found,
        "versions": versions,
        "shown": shown,
        "newest": versions[0],
        "other": other,
        "difference": versions_difference(request.workspace, other, shown) if other else [],
        "readable": content_readable(request.workspace, shown.content),
        "uses": template_uses(found),
        "left_out": left_out_shown(request, found),
        "can_edit": allowed(request.actor, "template.edit") and found.archived_at is None,
        "can_share": allowed(request.actor, "connection.edit"),
        "can_unarchive": allowed(request.actor, "template.edit") and found.archived_at is not None,
    }
    return render(request, "templates_lib/detail.html", context)


def left_out_shown(request: WorkspaceRequest, template: Template) -> Connection | None:
    """The campaign's own authentication that saving left out, while it could still become a connection."""
    left_out = request.GET.get("left_out", "")
    try:
        return connection_left_out(template, number_of(left_out)) if left_out else None
    except TemplateInvalid:
        return None


def number_of(text: str) -> int:
    """0, which nothing has, for what is no id."""
    return number_in(text) or 0


def _number(request: WorkspaceRequest, name: str) -> int:
    text = request.GET[name]
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise TemplateInvalid(f"{name} must be the number of a version, not “{text[:40]}”.", field=name)
    return int(text)


@require_http_methods(["GET", "POST"])
@workspace_page("template.edit")
def template_edit(request: WorkspaceRequest, template: int) -> HttpResponse:
    found = template_get(request.workspace, template)
    form = TemplateForm.of(found, request.POST or None)
    if form.is_valid():
        try:
            services.template_rename(actor=request.actor, template=found, **form.cleaned_data)
        except (TemplateNameTaken, TemplateInvalid) as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, "The template is saved.")
            return _to_detail(request, found)
    status = 422 if form.errors else 200
    context = {"form": form, "template": found, "tags_known": tags_used(request.workspace)}
    return render(request, "templates_lib/edit.html", context, status=status)


@require_POST
@workspace_page("template.edit")
def template_connection(request: WorkspaceRequest, template: int) -> HttpResponse:
    """Makes the campaign's authentication that was left out a connection, which the template's next version uses."""
    found = template_get(request.workspace, template)
    left_out, name = request.POST.get("left_out", ""), request.POST.get("connection_name", "")
    try:
        with transaction.atomic():
            made = connection_shared(actor=request.actor, template=found, connection_id=number_of(left_out), name=name)
            services.template_authenticate(actor=request.actor, template=found, connection_id=made.pk)
    except InvalidInput as error:
        messages.error(request, error.message)
        address = reverse("template_detail", kwargs={"workspace": request.workspace.slug, "template": found.pk})
        return redirect(f"{address}?left_out={number_of(left_out)}")
    messages.success(request, f"“{made}” is a connection now, and “{found}” sends with it.")
    return _to_detail(request, found)


@require_POST
@workspace_page("template.edit")
def template_restore(request: WorkspaceRequest, template: int, number: int) -> HttpResponse:
    found = template_get(request.workspace, template)
    version = services.template_restore(actor=request.actor, template=found, number=number)
    undo = reverse(
        "template_restore",
        kwargs={"workspace": request.workspace.slug, "template": found.pk, "number": version.number - 1},
    )
    message_with_undo(request, f"Version {number} is in use again, as version {version.number}.", undo)
    return _to_detail(request, found)


@require_POST
@workspace_page("template.edit")
def template_duplicate(request: WorkspaceRequest, template: int) -> HttpResponse:
    found = template_get(request.workspace, template)
    copy = services.template_duplicate(actor=request.actor, template=found)
    undo = reverse("template_discard", kwargs={"workspace": request.workspace.slug, "template": copy.pk})
    message_with_undo(request, f"“{copy}” is a copy of “{found}”.", undo)
    return _to_detail(request, copy)


@require_POST
@workspace_page("template.edit")
def template_discard(request: WorkspaceRequest, template: int) -> HttpResponse:
    """Undo of Duplicate: the page of the copy is gone with it, so the library is shown."""
    found = template_get(request.workspace, template)
    services.template_discard(actor=request.actor, template=found)
    messages.success(request, f"“{found}” is gone again.")
    return redirect("templates", workspace=request.workspace.slug)


@require_POST
@workspace_page("template.edit")
def template_archive(request: WorkspaceRequest, template: int) -> HttpResponse:
    found = template_get(request.workspace, template)
    services.template_archive(actor=request.actor, template=found)
    undo = reverse("template_unarchive", kwargs={"workspace": request.workspace.slug, "template": found.pk})
    message_with_undo(request, f"“{found}” is archived. You find it under Archived.", undo)
    return redirect(came_from(request, reverse("templates", kwargs={"workspace": request.workspace.slug})))


@require_POST
@workspace_page("template.edit")
def template_unarchive(request: WorkspaceRequest, template: int) -> HttpResponse:
    found = template_get(request.workspace, template)
    services.template_unarchive(actor=request.actor, template=found)
    messages.success(request, f"“{found}” is in the library again.")
    return _to_detail(request, found)


def _to_detail(request: WorkspaceRequest, template: Template) -> HttpResponse:
    return redirect("template_detail", workspace=request.workspace.slug, template=template.pk)
