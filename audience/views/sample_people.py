"""*Load sample people* and *Remove sample people*: one press each, back to where it was pressed."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from audience.sample_people import sample_people_load, sample_people_remove


@require_POST
@workspace_page("profile.edit")
def sample_people_add(request: WorkspaceRequest) -> HttpResponse:
    count = sample_people_load(workspace=request.workspace, actor=request.actor)
    messages.success(request, f"{count} sample people are here. Two of them are test users.")
    return _back(request)


@require_POST
@workspace_page("profile.edit")
def sample_people_clear(request: WorkspaceRequest) -> HttpResponse:
    count = sample_people_remove(workspace=request.workspace, actor=request.actor)
    removed = "1 sample person is removed." if count == 1 else f"{count} sample people are removed."
    messages.success(request, removed if count else "There were no sample people.")
    return _back(request)


def _back(request: WorkspaceRequest) -> HttpResponse:
    """To ``next`` when that is an address of ours (the onboarding sends it), else to the profiles."""
    to = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(to, allowed_hosts=None):
        to = reverse("profiles", kwargs={"workspace": request.workspace.slug})
    return HttpResponseRedirect(to)
