"""What is wrong with a campaign's content, with what only the workspace knows: its fields, and who lacks a value."""

import re
from collections.abc import Iterator, Mapping

from accounts.models import Workspace
from audience.choice import AudienceChoice
from audience.fields import Field
from audience.selection import fields_available
from campaigns.fallbacks import fallback_for, label_for
from campaigns.finding import Finding
from campaigns.lacking import NOBODY_WORDS, UNKNOWN, AskLacking, Lacking, lacking_counted, lacking_words
from campaigns.words import words_findings
from channels.models import Connection
from templates_lib.checks import Variable, check_content, is_known_name, variables_without_fallback
from templates_lib.content import WebhookContent
from templates_lib.rendering.compiler import written_fields
from templates_lib.rendering.problems import Problem

_PATH = re.compile(r"""[A-Za-z_]\w*(?:\s*\.\s*\w+|\[\s*(?:\d+|'[^']*'|"[^"]*")\s*\])*""")


Place = tuple[str, int | None, int | None]


def secret_attached(connection: Connection | None) -> bool:
    """Whether a secret would travel with the request."""
    return connection is not None and connection.carries_secrets


def content_findings(
    workspace: Workspace,
    content: WebhookContent,
    *,
    connection: Connection | None,
    audience: AudienceChoice | None = None,
    ask: AskLacking = lacking_counted,
) -> tuple[Finding, ...]:
    """All errors and warnings of the content.

    ``audience``: with it, what ``ask`` finds out of these people is said: how many lack a value without fallback, and,
    as an error, that nobody has it.
    """
    fields = {field.variable: field for field in fields_available(workspace)}
    asked = variables_without_fallback(content)
    lacking = ask(workspace, audience, map(_root, asked)) if audience and asked else UNKNOWN
    found = check_content(
        content, secret_attached=secret_attached(connection), known_names=fields, fallback_warnings=False
    )
    unknown = {_place(variable) for variable in asked if _root(variable) in lacking.nobody}
    problems = (_content_finding(each, unknown, content.missing) for each in found)
    known = [variable for variable in asked if is_known_name(variable.name, fields)]
    return (*problems, *_fallback_findings(content, known, fields, lacking), *words_findings(content))


def _root(variable: Variable) -> str:
    """Of an object, it is only asked who has none at all."""
    return variable.name.partition(".")[0]


def _place(found: Variable | Problem) -> Place:
    return (found.field, found.line, found.column)


def _content_finding(problem: Problem, unknown: set[Place], missing: str) -> Finding:
    """A name that no profile has, without fallback, concerns everybody: an error, unless it is sent empty."""
    message, severity = problem.message, problem.severity
    if severity == "warning" and _place(problem) in unknown and missing != "empty":
        fate = NOBODY_WORDS[missing]
        message, severity = f"{message} {fate[0].upper()}{fate[1:]}.", "error"
    return Finding(problem.field, message, problem.hint, problem.line, problem.column, severity)


def _fallback_findings(
    content: WebhookContent, asked: list[Variable], fields: Mapping[str, Field], lacking: Lacking
) -> Iterator[Finding]:
    """A name that no profile can have is reported as such: a fallback would only hide the mistake."""
    sources = dict(written_fields(content))
    for variable in asked:
        is_error = _root(variable) in lacking.nobody and content.missing != "empty"
        yield Finding(
            variable.field,
            _fallback_message(variable, lacking, content.missing),
            "",
            variable.line,
            variable.column,
            "error" if is_error else "warning",
            _fix(variable, sources.get(variable.field, ""), fields),
        )


def _fallback_message(variable: Variable, lacking: Lacking, missing: str) -> str:
    if _root(variable) in lacking.nobody:
        return f"Nobody in the audience has {variable.name}, and it has no fallback: {NOBODY_WORDS[missing]}."
    return f"{variable.name} has no fallback{lacking_words(lacking.counts.get(_root(variable)), missing)}."


def _fix(variable: Variable, source: str, fields: Mapping[str, Field]) -> Mapping[str, str | int] | None:
    """The filter to put in behind the variable where it is written; None where it can't be told."""
    lines = source.split("\n")
    if not 0 < variable.line <= len(lines):
        return None
    written = _PATH.match(lines[variable.line - 1], variable.column - 1)
    if written is None:
        return None
    return {
        "label": label_for(variable.name, fields),
        "line": variable.line,
        "column": variable.column,
        "path": written[0],
        "insert": f" | default({fallback_for(variable.name, fields)})",
    }
