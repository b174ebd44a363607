"""What is wrong with a campaign's content, with what only the workspace knows: its fields, and who lacks a value."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from accounts.models import Workspace
from audience.choice import AudienceChoice
from audience.selection import fields_available, people_without
from channels.models import Connection
from templates_lib.checks import Variable, check_content, is_known_name, variables_without_fallback
from templates_lib.content import WebhookContent
from templates_lib.rendering.compiler import written_fields
from webhooks_platform.base.errors import ProductError

# What a person without the value would miss least. The text is selected once it is put in, so that one types over it.
FALLBACKS = {"number": "0", "boolean": "false", "list": "[]", "object": "{}"}
FALLBACK_WORDS = {"first_name": "there"}
_PATH = re.compile(r"""[A-Za-z_]\w*(?:\s*\.\s*\w+|\[\s*(?:\d+|'[^']*'|"[^"]*")\s*\])*""")


@dataclass(frozen=True)
class Finding:
    """One problem of the content. ``fix``: what one click puts in behind ``path`` at ``line`` and ``column``."""

    field: str
    message: str
    hint: str = ""
    line: int | None = None
    column: int | None = None
    severity: Literal["error", "warning"] = "error"
    fix: Mapping[str, str | int] | None = None

    @property
    def words(self) -> str:
        return f"{self.message} {self.hint}".strip()


def secret_attached(connection: Connection | None) -> bool:
    """Whether a secret would travel with the request."""
    return connection is not None and connection.has_secret


def content_findings(
    workspace: Workspace,
    content: WebhookContent,
    *,
    connection: Connection | None,
    audience: AudienceChoice | None = None,
) -> tuple[Finding, ...]:
    """All errors and warnings of the content.

    ``audience``: with it, each warning of a missing fallback says how many of these people it concerns (one query).
    """
    kinds: dict[str, str] = {field.variable: field.kind for field in fields_available(workspace)}
    found = check_content(
        content, secret_attached=secret_attached(connection), known_names=kinds, fallback_warnings=False
    )
    problems = (Finding(each.field, each.message, each.hint, each.line, each.column, each.severity) for each in found)
    return (*problems, *_fallback_findings(workspace, content, kinds, audience))


def _fallback_findings(
    workspace: Workspace, content: WebhookContent, kinds: Mapping[str, str], audience: AudienceChoice | None
) -> Iterator[Finding]:
    """A name that nobody has is reported as such: a fallback would only hide the mistake."""
    asked = [variable for variable in variables_without_fallback(content) if is_known_name(variable.name, kinds)]
    lacking = _people_lacking(workspace, audience, asked)
    sources = dict(written_fields(content))
    for variable in asked:
        root = variable.name.partition(".")[0]
        yield Finding(
            variable.field,
            f"{variable.name} has no fallback{lacking_words(lacking.get(root), content.missing)}.",
            "",
            variable.line,
            variable.column,
            "warning",
            _fix(variable, sources.get(variable.field, ""), kinds.get(variable.name, "text")),
        )


def _people_lacking(workspace: Workspace, audience: AudienceChoice | None, asked: list[Variable]) -> Mapping[str, int]:
    """By the first part of the path: of an object, it is only counted who has none at all."""
    if audience is None or not asked:
        return {}
    try:
        return people_without(workspace, audience, (variable.name.partition(".")[0] for variable in asked))
    except ProductError:
        return {}  # the audience itself is not usable yet, which the Audience step says


def lacking_words(count: int | None, missing: str) -> str:
    """What happens to the people without the value, by the content's rule for missing values."""
    if count is None:
        return ": the rule for missing values applies to people without it"
    if count == 0:
        return "; everybody in the audience has it right now"
    one = count == 1
    fate = {
        "skip": "is skipped" if one else "are skipped",
        "empty": "gets it empty" if one else "get it empty",
        "stop": "stops the campaign" if one else "stop the campaign",
    }[missing]
    return f": {count:,} {'person' if one else 'people'} in the audience {'lacks' if one else 'lack'} it and {fate}"


def _fix(variable: Variable, source: str, kind: str) -> Mapping[str, str | int] | None:
    """The filter to put in behind the variable where it is written; None where it can't be told."""
    lines = source.split("\n")
    if not 0 < variable.line <= len(lines):
        return None
    written = _PATH.match(lines[variable.line - 1], variable.column - 1)
    if written is None:
        return None
    fallback = FALLBACKS.get(kind) or f'"{FALLBACK_WORDS.get(variable.name, "")}"'
    return {
        "label": "Add fallback",
        "line": variable.line,
        "column": variable.column,
        "path": written[0],
        "insert": f" | default({fallback})",
    }
