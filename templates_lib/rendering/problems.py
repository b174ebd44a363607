"""What the rest of the product sees when content is wrong: where, what, and what to write instead."""

from dataclasses import dataclass
from typing import Literal

from webhooks_platform.base.errors import InvalidInput

Severity = Literal["error", "warning"]
RenderProblemKind = Literal["skip", "missing", "invalid", "budget"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about content. Lines and columns count from 1; None when the whole field is meant."""

    field: str
    message: str
    hint: str = ""
    line: int | None = None
    column: int | None = None
    severity: Severity = "error"


@dataclass(frozen=True, slots=True)
class RenderProblem:
    """Why one person's request can't be built.

    `skip`: the template left the person out, `message` being its reason. `missing`: the names in `missing` have no
    value; the content's rule says whether to skip the person or to stop. `invalid`: a value doesn't fit its place.
    `budget`: the personalisation takes too much time, memory or output.
    """

    kind: RenderProblemKind
    message: str
    field: str = ""
    line: int | None = None
    column: int | None = None
    hint: str = ""
    missing: tuple[str, ...] = ()


class ContentInvalid(InvalidInput):
    """Content that can't be compiled; `problems` holds each error with its place."""

    code = "content_invalid"
    title = "The webhook content has problems"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        super().__init__(f"{first.message} {first.hint}".strip(), field=first.field)
        self.problems = problems
