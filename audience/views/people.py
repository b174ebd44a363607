"""The list of profiles, its columns, and what is done to many of its people at once."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from accounts.saved_view_bar import with_saved_views
from audience.attributes import value_text
from audience.bulk import people_meant, profiles_erase, profiles_mark_test
from audience.erasing import ERASE_LIMIT
from audience.errors import ProfileInvalid, RuleInvalid, SegmentRemoved
from audience.models import Profile
from audience.people_list import (
    PRESENCE,
    SORTS,
    TIMES,
    PeopleFilters,
    cell_of,
    columns_available,
    columns_choose,
    columns_chosen,
    people_found,
)
from audience.sample_people import sample_people_count
from audience.selectors import segments_all
from webhooks_platform.base.paging import two_way_page

PAGE_SIZE = 50
NAMED = 5
CELL_LENGTH = 80


@dataclass(frozen=True)
class Cell:
    """One cell: text, or a moment."""

    head: str
    text: str = ""
    at: Any = None


@require_GET
@workspace_page("workspace.view")
@with_saved_views("profiles")
def profiles(request: WorkspaceRequest) -> HttpResponse:
    filters, problem = PeopleFilters.of(request.GET.dict()), ""
    try:
        found = people_found(request.workspace, filters)
    except (SegmentRemoved, RuleInvalid) as error:
        found, problem = Profile.objects.none(), error.message
    page = two_way_page(
        found,
        order=filters.order,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=PAGE_SIZE,
    )
    available = columns_available(request.workspace)
    columns = columns_chosen(request.workspace, request.user.pk, available)
    context = {
        **_filter_choices(request, filters),
        "page": page,
        "problem": problem,
        "rows": [(profile, [_cell(profile, name, available[name]) for name in columns]) for profile in page.items],
        "heads": [available[name] for name in columns],
        "column_choices": [(name, head, name in columns) for name, head in available.items()],
        "count": found.count(),
        "newer": page.newer_cursor and filters.query(before=page.newer_cursor),
        "older": page.older_cursor and filters.query(after=page.older_cursor),
        "samples": sample_people_count(request.workspace),
        "can_edit": allowed(request.actor, "profile.edit"),
    }
    return render(request, "audience/profiles.html", context)


def _filter_choices(request: WorkspaceRequest, filters: PeopleFilters) -> dict[str, Any]:
    segments = segments_all(request.workspace).order_by("name").values_list("pk", "name")
    return {
        "filters": filters,
        "list_query": filters.query(),
        "all_url": filters.query(test=""),
        "test_url": filters.query(test="1"),
        "clear_url": PeopleFilters(test=filters.test, sort=filters.sort).query(),
        "segments": [(str(pk), name) for pk, name in segments],
        "emails": [(value, words.format("e-mail")) for value, words in PRESENCE],
        "phones": [(value, words.format("phone")) for value, words in PRESENCE],
        "sorts": [(value, words) for value, (words, _) in SORTS.items()],
    }


def _cell(profile: Profile, column: str, head: str) -> Cell:
    value = cell_of(profile, column)
    if column in TIMES:
        return Cell(head, at=value)
    text = "" if value is None else value_text(value)
    return Cell(head, text if len(text) <= CELL_LENGTH else text[:CELL_LENGTH] + "…")


@require_POST
@workspace_page("workspace.view")
def profile_columns(request: WorkspaceRequest) -> HttpResponse:
    """Keeps which columns this member sees, and goes back to the list as it was."""
    columns_choose(request.workspace, request.user.pk, request.POST.getlist("columns"))
    return _back(request)


@require_POST
@workspace_page("profile.edit")
def profiles_bulk(request: WorkspaceRequest) -> HttpResponse:
    """Says how many people are meant and asks; with ``count``, which that dialog sends, it does it."""
    filters = _filters(request) if request.POST.get("scope") == "all" else None
    people = people_meant(request.workspace, chosen=request.POST.getlist("chosen"), filters=filters)
    action, count = request.POST.get("action", ""), request.POST.get("count", "")
    if count.isdecimal() and action in ("test_on", "test_off", "delete"):
        return _done(request, people, action, int(count[:9]))
    total = people.count()
    context = {
        "action": action if action in ("test_on", "test_off", "delete") else "test_on",
        "total": total,
        "too_many": action == "delete" and total > ERASE_LIMIT,
        "limit": ERASE_LIMIT,
        "named": people.order_by("-id")[:NAMED],
        "more": max(total - NAMED, 0),
        "chosen": request.POST.getlist("chosen") if filters is None else [],
        "scope": "all" if filters else "",
        "query": request.POST.get("query", ""),
    }
    return render(request, "audience/_people_bulk.html", context)


def _done(request: WorkspaceRequest, people: Any, action: str, count: int) -> HttpResponse:
    try:
        if action == "delete":
            deleted = profiles_erase(actor=request.actor, people=people, expected=count)
            proofs = "proof is" if deleted == 1 else "proofs are"
            messages.success(request, f"{_people_are(deleted)} deleted. The {proofs} under Erased people.")
        else:
            changed = profiles_mark_test(actor=request.actor, people=people, is_test=action == "test_on")
            test_users = "a test user" if changed == 1 else "test users"
            now = "now" if action == "test_on" else "no longer"
            messages.success(request, f"{_people_are(changed)} {now} {test_users}.")
    except ProfileInvalid as error:
        messages.error(request, error.message)
    return _back(request)


def _people_are(count: int) -> str:
    return "1 person is" if count == 1 else f"{count:,} people are"


def _filters(request: WorkspaceRequest) -> PeopleFilters:
    return PeopleFilters.of(QueryDict(request.POST.get("query", "").removeprefix("?")).dict())


def _back(request: WorkspaceRequest) -> HttpResponse:
    where = reverse("profiles", kwargs={"workspace": request.workspace.slug})
    return HttpResponseRedirect(where + _filters(request).query())
