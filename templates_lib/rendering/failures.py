"""What goes wrong inside the renderer, as exceptions. They become `Problem` or `RenderProblem` at its edge."""

from typing import ClassVar

from .problems import RenderProblemKind

# Line, column and how the template writes the value. Generated code holds it as a literal, hence a plain tuple.
Site = tuple[int, int, str]


class TemplateFailure(Exception):
    def __init__(self, message: str, *, line: int | None = None, column: int | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint


class TemplateRefused(TemplateFailure):
    """The template itself is wrong, whoever it is rendered for."""


class RenderFailure(TemplateFailure):
    """This person's request can't be built; a request is never sent half right."""

    kind: ClassVar[RenderProblemKind]

    def __init__(self, message: str, *, site: Site | None = None, hint: str = "") -> None:
        line, column = site[:2] if site else (None, None)
        super().__init__(message, line=line, column=column, hint=hint)


class MissingValue(RenderFailure):
    kind = "missing"

    def __init__(self, name: str, *, site: Site | None = None) -> None:
        super().__init__(
            f"{name or 'A value'} has no value for this person.",
            site=site,
            hint=f'Give a fallback: {{{{ {name or "name"} | default("…") }}}}.',
        )
        self.name = name


class BadValue(RenderFailure):
    kind = "invalid"


class BudgetExceeded(RenderFailure):
    kind = "budget"


class SkipRequested(RenderFailure):
    kind = "skip"
