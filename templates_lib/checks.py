"""What is wrong with content, or looks like a mistake, and which values it asks each person for.

Errors stop content from being sent; warnings are shown and may be meant.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from templates_lib.content import WebhookContent
from templates_lib.rendering.allowlist import did_you_mean
from templates_lib.rendering.compiler import Compilation, written_fields, written_pairs
from templates_lib.rendering.problems import Problem
from templates_lib.rendering.variables import Use

# Names in a template that every person has, whoever they are.
ALWAYS_THERE = frozenset(("campaign", "message", "now", "profile", "run"))
# Required of every profile.
NEVER_MISSING = frozenset(("user_id",))
_SENSITIVE_NAME = r"authorization|api[-_]?key|token|secret|password|credential"
_SECRET_IN_URL = re.compile(rf"[?&]([\w.-]*(?:{_SENSITIVE_NAME})[\w.-]*)=[^&{{]", re.IGNORECASE)
_SECRET_VALUE = re.compile(
    r"(?:bearer|basic|token)\s+\S{8,}|(?:sk|pk|rk|whsec|ghp|xox[abp]|key)[-_][\w-]{8,}", re.IGNORECASE
)
_ADVICE = "Save it in a connection: there it is encrypted, and nobody can read it back."


@dataclass(frozen=True, slots=True)
class Variable:
    """One place where content reads a value of the person. `profile.city` is the same name as `city`."""

    name: str
    field: str
    has_fallback: bool
    line: int
    column: int


def check_content(
    content: WebhookContent,
    *,
    secret_attached: bool,
    known_names: Iterable[str] | None = None,
    fallback_warnings: bool = True,
) -> tuple[Problem, ...]:
    """Every error and warning. Without errors, `compile_content` accepts the content.

    `known_names`: the standard fields and attributes of the workspace's profiles; with them, other names are warned of.
    `fallback_warnings`: False for a caller that says more of `variables_without_fallback` than can be known here.
    """
    compilation = Compilation(content, secret_attached=secret_attached)
    found = _variables(compilation)
    problems = [
        *compilation.problems,
        *_message_warnings(content, compilation),
        *_typed_secrets(content),
    ]
    if fallback_warnings:
        problems += _without_fallback(found)
    if known_names is not None:
        problems += _unknown_names(found, frozenset(known_names))
    return tuple(dict.fromkeys(problems))


def variables(content: WebhookContent) -> tuple[Variable, ...]:
    """Each place where a value of the person is read, also in content with mistakes as far as it can be read."""
    return _variables(Compilation(content, secret_attached=False))


def variables_without_fallback(content: WebhookContent) -> tuple[Variable, ...]:
    """Each place where a person without the value meets the content's rule for missing values."""
    return tuple(filter(_needs_fallback, variables(content)))


def _needs_fallback(variable: Variable) -> bool:
    return not variable.has_fallback and variable.name not in NEVER_MISSING


def _variables(compilation: Compilation) -> tuple[Variable, ...]:
    found = [_variable(field, use) for field, template in compilation.fields.items() for use in template.uses]
    return tuple(variable for variable in found if _root(variable.name) not in ALWAYS_THERE)


def _variable(field: str, use: Use) -> Variable:
    return Variable(use.path.removeprefix("profile."), field, use.has_fallback, use.line, use.column)


def _root(path: str) -> str:
    return path.partition(".")[0]


def _message_warnings(content: WebhookContent, compilation: Compilation) -> Iterator[Problem]:
    placed = [
        (field, use)
        for field, template in compilation.fields.items()
        for use in template.uses
        if _root(use.path) == "message" and field != "message_text"
    ]
    unread = [text for field, text in written_fields(content) if field not in compilation.fields]
    if content.message_text.strip() and not placed and not any("message" in text for text in unread):
        hint = "Write {{ message }} where it belongs, for example in a value of the body."
        yield Problem("message_text", "The message text is not placed in the request.", hint, severity="warning")
    if placed and not content.message_text.strip():
        field, use = placed[0]
        hint = "Write the message text, or remove {{ message }}."
        yield Problem(field, "The message text is empty, but placed here.", hint, use.line, use.column, "warning")


def _typed_secrets(content: WebhookContent) -> Iterator[Problem]:
    for group, pairs in (("headers", content.headers), ("parameters", content.parameters)):
        for index, pair in written_pairs(pairs):
            value = pair.value.strip()
            by_hand = bool(value) and "{{" not in value
            if by_hand and (re.search(_SENSITIVE_NAME, pair.name, re.IGNORECASE) or _SECRET_VALUE.match(value)):
                yield _typed_secret(f"{group}.{index}.value", pair.name)
    in_url = _SECRET_IN_URL.search(content.url)
    if in_url:
        yield _typed_secret("url", in_url.group(1))


def _typed_secret(field: str, name: str) -> Problem:
    message = f"“{name}” looks like a secret that everyone who sees this content can read."
    return Problem(field, message, _ADVICE, severity="warning")


def _without_fallback(found: Iterable[Variable]) -> Iterator[Problem]:
    for variable in filter(_needs_fallback, found):
        message = f"{variable.name} has no fallback: the rule for missing values applies to people without it."
        hint = f'Give one: {{{{ {variable.name} | default("…") }}}}.'
        yield Problem(variable.field, message, hint, variable.line, variable.column, "warning")


def _unknown_names(found: Iterable[Variable], known: frozenset[str]) -> Iterator[Problem]:
    for variable in found:
        if not is_known_name(variable.name, known):
            message = f"No profile has {variable.name}."
            hint = did_you_mean(variable.name, known) or did_you_mean(_root(variable.name), known)
            yield Problem(variable.field, message, hint, variable.line, variable.column, "warning")


def is_known_name(path: str, known: Iterable[str]) -> bool:
    """Whether a variable like order.lines.[].sku reads one of the names, a part of one, or what holds one."""
    return any(path == name or path.startswith(f"{name}.") or name.startswith(f"{path}.") for name in known)
