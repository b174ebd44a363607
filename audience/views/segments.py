"""Saved segments: list, form with the rule editor, delete."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from accounts.permissions import allowed
from audience.choice import AudienceChoice
from audience.errors import SegmentChanged, SegmentInUse
from audience.models import Segment
from audience.registry import segment_uses
from audience.rule_context import context_in_words
from audience.rule_tree import form_path, tree_posted
from audience.rules import Rules
from audience.rules_form import audience_answer, rules_editor, rules_posted
from audience.segments import segment_delete as delete_segment
from audience.segments import segment_duplicate, segment_save
from audience.selection import segments_counted
from audience.selectors import segment_get, segments_all
from audience.sentences import rules_sentence
from webhooks_platform.base.errors import InvalidInput, ProductError
from webhooks_platform.base.numbers import number_in, numbers_in
from webhooks_platform.base.paging import two_way_page

PAGE_SIZE = 50


@require_GET
@workspace_page("workspace.view")
def segments(request: WorkspaceRequest) -> HttpResponse:
    page = two_way_page(
        segments_all(request.workspace),
        order=("-id",),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=PAGE_SIZE,
    )
    fields = context_in_words(request.workspace).fields
    context = {
        "rows": [(segment, rules_sentence(segment.rules, fields)) for segment in page.items],
        "newer": page.newer_cursor and f"?before={page.newer_cursor}",
        "older": page.older_cursor and f"?after={page.older_cursor}",
        "can_edit": allowed(request.actor, "segment.edit"),
    }
    return render(request, "audience/segments.html", context)


@require_GET
@workspace_page("workspace.view")
def segment_numbers(request: WorkspaceRequest) -> HttpResponse:
    """For each ``id``: how many people it means and what uses it. Apart from the list, as it reads every profile."""
    ids = numbers_in(request.GET.getlist("id")[:PAGE_SIZE])
    rows = list(segments_all(request.workspace).filter(pk__in=ids))
    counts = segments_counted(request.workspace, rows)
    uses = segment_uses(request.workspace, [row.pk for row in rows])
    context = {"rows": [(row.pk, counts[row.pk], uses[row.pk]) for row in rows]}
    return render(request, "audience/_segment_numbers.html", context)


@require_http_methods(["GET", "POST"])
@workspace_page("segment.edit")
def segment_new(request: WorkspaceRequest) -> HttpResponse:
    return _form_page(request, None)


@require_http_methods(["GET", "POST"])
@workspace_page("segment.edit")
def segment_edit(request: WorkspaceRequest, segment: int) -> HttpResponse:
    return _form_page(request, segment_get(request.workspace, segment))


def _form_page(request: WorkspaceRequest, segment: Segment | None) -> HttpResponse:
    if request.method != "POST":
        return _form(request, segment, {})
    posted = {key: str(value) for key, value in request.POST.items()}
    name, rules, revision = posted.get("name", ""), rules_posted(posted), number_in(posted.get("revision", ""))
    try:
        saved = segment_save(actor=request.actor, name=name, rules=rules, segment=segment, revision=revision)
    except (SegmentChanged, InvalidInput) as error:
        return _form(request, segment, posted, error)
    messages.success(request, f"Segment “{saved.name}” is saved.")
    return redirect("segments", workspace=request.workspace.slug)


def _form(
    request: WorkspaceRequest, segment: Segment | None, posted: dict[str, str], refused: ProductError | None = None
) -> HttpResponse:
    """With what was typed, where it was ``refused``, else with what is stored."""
    stored = segment or Segment(rules=Rules())
    rules = rules_posted(posted) if refused else stored.rules
    changed_meanwhile = isinstance(refused, SegmentChanged)
    problem = None if changed_meanwhile else refused
    context = {
        "segment": segment,
        "revision": posted.get("revision", stored.revision),
        "name": posted.get("name", stored.name),
        "name_problem": problem.message if problem and problem.field == "name" else "",
        "problem": problem if problem and problem.field != "name" else None,
        "problem_place": form_path(tree_posted(posted), problem.field) if problem else "",
        "changed_meanwhile": refused.message if refused and changed_meanwhile else "",
        "editor": rules_editor(request.workspace, rules, data=posted if refused else None),
        "answer": audience_answer(request.workspace, AudienceChoice(kind="rules", rules=rules)),
        "uses": segment_uses(request.workspace, [segment.pk])[segment.pk] if segment else [],
    }
    status = 409 if changed_meanwhile else 422 if refused else 200
    return render(request, "audience/segment_form.html", context, status=status)


@require_POST
@workspace_page("segment.edit")
def segment_copy(request: WorkspaceRequest, segment: int) -> HttpResponse:
    """Opens the copy, to be changed."""
    copy = segment_duplicate(actor=request.actor, segment=segment_get(request.workspace, segment))
    messages.success(request, f"“{copy.name}” is made. Change what is different.")
    return redirect("segment_edit", workspace=request.workspace.slug, segment=copy.pk)


@require_POST
@workspace_page("segment.edit")
def segment_delete(request: WorkspaceRequest, segment: int) -> HttpResponse:
    removed = segment_get(request.workspace, segment)
    try:
        delete_segment(actor=request.actor, segment=removed)
    except SegmentInUse as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"Segment “{removed.name}” is deleted.")
    return redirect("segments", workspace=request.workspace.slug)
