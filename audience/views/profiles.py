"""One profile: form, person, delete, test flag."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from audience.attributes import KIND_WORDS, kind_of, value_text
from audience.erasing import profile_delete as delete_profile
from audience.errors import ProfileChanged, ProfileInvalid
from audience.forms import KIND_LABELS, ProfileForm
from audience.history import profile_history
from audience.models import Profile
from audience.sections import sections_of
from audience.selectors import attribute_labels, profile_get
from audience.services import profile_mark_test, profile_save


@require_http_methods(["GET", "POST"])
@workspace_page("profile.edit")
def profile_new(request: WorkspaceRequest) -> HttpResponse:
    return _form_page(request, None)


@require_http_methods(["GET", "POST"])
@workspace_page("profile.edit")
def profile_edit(request: WorkspaceRequest, profile: int) -> HttpResponse:
    return _form_page(request, profile_get(request.workspace, profile))


def _form_page(request: WorkspaceRequest, profile: Profile | None) -> HttpResponse:
    form = ProfileForm(request.POST if request.method == "POST" else None, profile=profile)
    changed_meanwhile = ""
    if request.method == "POST" and form.is_valid():
        revision = form.cleaned_data["revision"]
        try:
            saved = profile_save(actor=request.actor, values=form.values(), profile=profile, revision=revision)
        except ProfileChanged as error:
            changed_meanwhile = error.message
        except ProfileInvalid as error:
            form.refuse(error)
        else:
            messages.success(request, f"{saved} is saved.")
            return redirect("profile_detail", workspace=request.workspace.slug, profile=saved.pk)
    context = {"form": form, "profile": profile, "kinds": KIND_LABELS, "changed_meanwhile": changed_meanwhile}
    status = 409 if changed_meanwhile else 422 if form.errors else 200
    return render(request, "audience/profile_form.html", context, status=status)


@require_GET
@workspace_page("workspace.view")
def profile_detail(request: WorkspaceRequest, profile: int) -> HttpResponse:
    person = profile_get(request.workspace, profile)
    labels = attribute_labels(request.workspace)
    attributes = [
        (labels.get(name, name), name, _kind_words(value), value_text(value))
        for name, value in sorted(person.attributes.items())
    ]
    context = {
        "profile": person,
        "attributes": attributes,
        "changes": profile_history(request.workspace, person) if allowed(request.actor, "audit.view") else None,
        "sections": sections_of(request.workspace, person),
        "can_edit": allowed(request.actor, "profile.edit"),
    }
    return render(request, "audience/profile_detail.html", context)


def _kind_words(value: object) -> str:
    kind = kind_of(value)
    return KIND_WORDS.get(kind, kind)


@require_http_methods(["GET", "POST"])
@workspace_page("profile.edit")
def profile_delete(request: WorkspaceRequest, profile: int) -> HttpResponse:
    """Asks first (a dialog, or a page of its own); the user ID has to be typed."""
    person = profile_get(request.workspace, profile)
    if request.method == "POST" and request.POST.get("typed", "").strip() == person.user_id:
        erasure = delete_profile(actor=request.actor, profile=person)
        messages.success(request, "The person is deleted. This is the proof.")
        return redirect("erasure_detail", workspace=request.workspace.slug, erasure=erasure.pk)
    template = "audience/_profile_delete.html" if request.headers.get("HX-Request") else "audience/profile_delete.html"
    context = {"profile": person, "mistyped": request.method == "POST"}
    return render(request, template, context, status=422 if request.method == "POST" else 200)


@require_POST
@workspace_page("profile.edit")
def profile_test(request: WorkspaceRequest, profile: int) -> HttpResponse:
    """Switches the test flag to ``is_test``; goes back to where it was pressed (``next``: list or person)."""
    person = profile_get(request.workspace, profile)
    is_test = request.POST.get("is_test") == "1"
    profile_mark_test(actor=request.actor, profile=person, is_test=is_test)
    messages.success(request, f"{person} is {'now' if is_test else 'no longer'} a test user.")
    return HttpResponseRedirect(_back(request, person))


def _back(request: WorkspaceRequest, profile: Profile) -> str:
    if request.POST.get("next") == "detail":
        return reverse("profile_detail", kwargs={"workspace": request.workspace.slug, "profile": profile.pk})
    query = request.POST.get("query", "")
    return reverse("profiles", kwargs={"workspace": request.workspace.slug}) + (f"?{query}" if query else "")
