"""The attribute registry: list, form, delete, and the numbers that the list fetches afterwards."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from audience.attribute_registry import AttributeValues, attribute_change, attribute_create
from audience.attribute_registry import attribute_delete as delete_attribute
from audience.attribute_values import people_having
from audience.errors import AttributeChanged, AttributeInUse, AttributeInvalid
from audience.forms import KIND_LABELS
from audience.models import Attribute
from audience.registry import attribute_uses
from audience.selectors import attribute_get, attributes_found
from webhooks_platform.base.numbers import number_in
from webhooks_platform.base.paging import two_way_page

PAGE_SIZE = 50
LABELS = dict(KIND_LABELS)


@require_GET
@workspace_page("workspace.view")
def attributes(request: WorkspaceRequest) -> HttpResponse:
    search = request.GET.get("q", "").strip()
    page = two_way_page(
        attributes_found(request.workspace, search),
        order=("name",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=PAGE_SIZE,
    )
    kept = urlencode({"q": search})
    context = {
        "rows": [(attribute, LABELS.get(attribute.kind, attribute.kind)) for attribute in page.items],
        "search": search,
        "newer": page.newer_cursor and f"?{kept}&before={page.newer_cursor}",
        "older": page.older_cursor and f"?{kept}&after={page.older_cursor}",
        "can_edit": allowed(request.actor, "attribute.edit"),
    }
    return render(request, "audience/attributes.html", context)


@require_GET
@workspace_page("workspace.view")
def attribute_numbers(request: WorkspaceRequest) -> HttpResponse:
    """For each ``name``: how many people have it and what uses it. Apart from the list, as it reads every profile."""
    names = request.GET.getlist("name")[:PAGE_SIZE]
    rows = list(Attribute.objects.filter(workspace=request.workspace, name__in=names))
    known = [row.name for row in rows]
    people, uses = people_having(request.workspace, known), attribute_uses(request.workspace, known)
    context = {"rows": [(row.pk, people[row.name], uses[row.name]) for row in rows]}
    return render(request, "audience/_attribute_numbers.html", context)


@require_http_methods(["GET", "POST"])
@workspace_page("attribute.edit")
def attribute_new(request: WorkspaceRequest) -> HttpResponse:
    return _form_page(request, None)


@require_http_methods(["GET", "POST"])
@workspace_page("attribute.edit")
def attribute_edit(request: WorkspaceRequest, attribute: int) -> HttpResponse:
    return _form_page(request, attribute_get(request.workspace, attribute))


def _form_page(request: WorkspaceRequest, attribute: Attribute | None) -> HttpResponse:
    problem: AttributeInvalid | None = None
    changed_meanwhile = ""
    if request.method == "POST":
        try:
            saved = _saved(request, attribute)
        except AttributeChanged as error:
            changed_meanwhile = error.message
        except AttributeInvalid as error:
            problem = error
        else:
            messages.success(request, f"“{saved.label}” is saved.")
            return redirect("attributes", workspace=request.workspace.slug)
    context = {
        "attribute": attribute,
        "shown": _posted(request) if request.method == "POST" else attribute or AttributeValues(),
        "name": request.POST.get("name", ""),
        "errors": {problem.field: problem.message} if problem else {},
        "kinds": KIND_LABELS,
        "changed_meanwhile": changed_meanwhile,
        "revision": request.POST.get("revision", attribute.revision if attribute else ""),
        **(_facts(request, attribute) if attribute else {}),
    }
    status = 409 if changed_meanwhile else 422 if problem else 200
    return render(request, "audience/attribute_form.html", context, status=status)


def _saved(request: WorkspaceRequest, attribute: Attribute | None) -> Attribute:
    if attribute is None:
        return attribute_create(actor=request.actor, name=request.POST.get("name", ""), values=_posted(request))
    revision = number_in(request.POST.get("revision", ""))
    return attribute_change(actor=request.actor, attribute=attribute, values=_posted(request), revision=revision)


def _posted(request: WorkspaceRequest) -> AttributeValues:
    names = ("kind", "display_name", "fallback", "description")
    return AttributeValues(**{name: request.POST.get(name, "") for name in names})


def _facts(request: WorkspaceRequest, attribute: Attribute) -> dict[str, object]:
    workspace, name = request.workspace, attribute.name
    return {"people": people_having(workspace, [name])[name], "uses": attribute_uses(workspace, [name])[name]}


@require_POST
@workspace_page("attribute.edit")
def attribute_delete(request: WorkspaceRequest, attribute: int) -> HttpResponse:
    """Asks for the name to be typed; says by what it is used when it is."""
    found = attribute_get(request.workspace, attribute)
    page = redirect("attribute_edit", workspace=request.workspace.slug, attribute=found.pk)
    if request.POST.get("typed", "").strip() != found.name:
        messages.error(request, f"Nothing is deleted: type {found.name} exactly as shown.")
        return page
    try:
        people = delete_attribute(actor=request.actor, attribute=found)
    except AttributeInUse as error:
        messages.error(request, error.message)
        return page
    messages.success(request, f"“{found.name}” is deleted, with the values of {people:,} people.")
    return redirect("attributes", workspace=request.workspace.slug)
