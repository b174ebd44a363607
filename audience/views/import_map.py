"""Where the columns of an uploaded file go, and what its import does: the page between upload and check."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.pages import WorkspaceRequest, workspace_page
from audience.attributes import KIND_WORDS, STANDARD_FIELDS
from audience.errors import FileRefused
from audience.fields import STANDARD_LABELS
from audience.forms import KIND_LABELS
from audience.importing.columns import Column, Columns
from audience.importing.encodings import ENCODINGS
from audience.importing.guesses import attribute_name
from audience.importing.mapping import ATTRIBUTE, FIELD, known_kinds, mapped_before, mapping_posted, place_of
from audience.importing.reading import DELIMITERS, PREVIEW_ROWS, first_records, twin_headers
from audience.importing.services import UNFINISHED, import_check_start, import_reread
from audience.models import EmptyCells, ExistingPeople, Import
from audience.selectors import import_get
from webhooks_platform.base.errors import StaleState

FIELD_CHOICES = [(FIELD + name, STANDARD_LABELS[name]) for name in STANDARD_FIELDS]


@dataclass(frozen=True)
class ColumnRow:
    """One column on the page: its first values, where it goes, and what is wrong with that."""

    column: Column
    to: str
    name: str
    samples: list[str]
    problem: str
    is_twin: bool


@require_http_methods(["GET", "POST"])
@workspace_page("profile.edit")
def import_map(request: WorkspaceRequest, pk: int) -> HttpResponse:
    draft = import_get(request.workspace, pk)
    if draft.status not in UNFINISHED:
        return redirect("import_detail", workspace=request.workspace.slug, pk=pk)
    if request.method == "POST":
        return _posted(request, draft)
    return _page(request, draft, draft.columns, {})


def _posted(request: WorkspaceRequest, draft: Import) -> HttpResponse:
    mapped = mapping_posted(draft.columns, request.POST.dict(), known_kinds(request.workspace))
    _take_options(draft, request)
    problems = mapped.problems
    if not problems:
        try:
            import_check_start(
                actor=request.actor,
                draft=draft,
                columns=mapped.columns,
                existing_people=draft.existing_people,
                empty_cells=draft.empty_cells,
                mark_test=draft.mark_test,
            )
        except FileRefused as error:
            problems = {-1: error.message}
        except StaleState:
            pass  # somebody else has started it: its page shows how far it is
    if problems:
        return _page(request, draft, mapped.columns, problems)
    return redirect("import_detail", workspace=request.workspace.slug, pk=draft.pk)


def _take_options(draft: Import, request: WorkspaceRequest) -> None:
    """What was chosen, where it is a choice at all; the draft is not saved here."""
    existing, empty = request.POST.get("existing_people", ""), request.POST.get("empty_cells", "")
    draft.existing_people = existing if existing in ExistingPeople.values else ExistingPeople.UPDATE
    draft.empty_cells = empty if empty in EmptyCells.values else EmptyCells.KEEP
    draft.mark_test = bool(request.POST.get("mark_test"))


@require_POST
@workspace_page("profile.edit")
def import_reading(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Another encoding or separator: the columns are guessed anew."""
    draft = import_get(request.workspace, pk)
    encoding, delimiter = request.POST.get("encoding", ""), request.POST.get("delimiter", "")
    if draft.status in UNFINISHED and encoding in ENCODINGS and delimiter in DELIMITERS:
        try:
            import_reread(actor=request.actor, draft=draft, encoding=encoding, delimiter=delimiter)
        except FileRefused as error:
            return _page(request, draft, draft.columns, {-1: error.message})
    return redirect("import_map", workspace=request.workspace.slug, pk=pk)


def _page(request: WorkspaceRequest, draft: Import, columns: Columns, problems: dict[int, str]) -> HttpResponse:
    known = known_kinds(request.workspace)
    before = mapped_before(request.workspace, columns, until=draft.pk)
    context: dict[str, Any] = {
        "import": draft,
        "rows": _rows(draft, columns, problems, known),
        "problem": problems.get(-1, ""),
        "problems": len(problems),
        "before": before,
        "fields": FIELD_CHOICES,
        "attributes": [(f"{ATTRIBUTE}{name}", name, KIND_WORDS.get(kind, kind)) for name, kind in known.items()],
        "kinds": KIND_LABELS,
        "encodings": list(ENCODINGS.items()),
        "delimiters": list(DELIMITERS.items()),
        "twins": twin_headers(columns),
        "existing_choices": ExistingPeople.choices,
        "empty_choices": EmptyCells.choices,
    }
    return render(request, "audience/import_map.html", context, status=422 if problems else 200)


def _rows(draft: Import, columns: Columns, problems: dict[int, str], known: dict[str, str]) -> list[ColumnRow]:
    with draft.file.open("rb") as file:
        found = first_records(file, columns, PREVIEW_ROWS)
    twins = set(twin_headers(columns))
    return [
        ColumnRow(
            column=column,
            to="new" if problems.get(index, "").startswith("Give the new") else place_of(column, known),
            name=column.name if column.is_attribute else attribute_name(column.header),
            samples=[record.cells[index][:80] for record in found if index < len(record.cells)],
            problem=problems.get(index, ""),
            is_twin=column.header in twins,
        )
        for index, column in enumerate(columns.items)
    ]
