"""What a person's request will look like, before anything is sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from audience.models import Profile
from audience.persons import snapshot
from campaigns.finding import Finding
from campaigns.findings import content_findings, secret_attached
from campaigns.models import Campaign
from channels.credentials import headers_shown
from channels.models import Connection
from delivery.context import RunFacts, render_context
from notifications.masking import mask_header, mask_url
from templates_lib.checks import NEVER_MISSING, variables
from templates_lib.content import WebhookContent
from templates_lib.curl import curl_command
from templates_lib.rendering import (
    ContentInvalid,
    RenderedRequest,
    RenderProblem,
    compile_content,
)

MASK = "••••••••"


@dataclass(frozen=True)
class Preview:
    """Either a request or what stands in its way; ``problems`` are the findings about the content itself.

    ``lacking``: variables that the content reads and this person has no value for; ``names``: all that it reads.
    """

    problems: tuple[Finding, ...]
    request: RenderedRequest | None = None
    render_problem: RenderProblem | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    lacking: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def curl(self) -> str:
        """The request as a cURL command, secrets masked also where they were typed by hand."""
        if self.request is None:
            return ""
        headers = [(name, mask_header(name, value, ())) for name, value in self.headers]
        return curl_command(self.request.method, mask_url(self.request.url, ()), headers, self.body)

    @property
    def language(self) -> str:
        return "json" if self.body.lstrip()[:1] in ("{", "[") else "text"

    @property
    def names_to_miss(self) -> tuple[str, ...]:
        """Variables that somebody may lack, for looking at such a person."""
        roots = dict.fromkeys(name.partition(".")[0] for name in self.names)
        return tuple(name for name in roots if name not in NEVER_MISSING)

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything to mark at a field: what is wrong for this person, then what is wrong with the content."""
        known = tuple(replace(problem, message=problem.words, hint="") for problem in self.problems)
        found = self.render_problem
        if found is None or found.kind in ("skip", "missing") or not found.field:
            return known
        words = f"{found.message} {found.hint}".strip()
        return (Finding(found.field, words, "", found.line, found.column, "warning"), *known)


def preview_make(
    *, campaign: Campaign, content: WebhookContent, connection: Connection | None, profile: Profile | None
) -> Preview:
    """Renders ``content`` for the person; never raises for bad content, never sends, never shows a secret."""
    problems = content_findings(campaign.workspace, content, connection=connection, audience=campaign.audience)
    if profile is None:
        return Preview(problems)
    made = preview_render(campaign=campaign, content=content, connection=connection, profile=profile)
    return replace(made, problems=problems)


def preview_render(
    *, campaign: Campaign, content: WebhookContent, connection: Connection | None, profile: Profile
) -> Preview:
    """The person's request alone, without looking for problems of the content."""
    context = preview_context(campaign, profile)
    names = variable_names(content)
    made = Preview((), lacking=names_lacking(names, context), names=names)
    try:
        compiled = compile_content(content, secret_attached=secret_attached(connection))
    except ContentInvalid:
        return made
    result = compiled.render(context)
    if isinstance(result, RenderProblem):
        return replace(made, render_problem=result)
    body = result.body.decode(errors="replace")
    return replace(made, request=result, headers=_headers(result, connection), body=body)


def variable_names(content: WebhookContent) -> tuple[str, ...]:
    """The person's variables that the content reads, each once, in the order of its fields."""
    return tuple(dict.fromkeys(variable.name for variable in variables(content)))


def names_lacking(names: Iterable[str], context: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of the names without a value in the context. Paths into lists are not followed."""
    return tuple(name for name in names if "[]" not in name and _value(context, name) in (None, ""))


def _value(context: Mapping[str, Any], path: str) -> Any:
    value: Any = context
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def preview_context(campaign: Campaign, profile: Profile) -> dict[str, Any]:
    """The same variables that a run would have."""
    facts, now = preview_facts(campaign)
    return render_context(snapshot(profile), facts, now=now)


def preview_facts(campaign: Campaign) -> tuple[RunFacts, datetime]:
    """A run that starts now, with a number that says it is a preview."""
    now = timezone.now()
    return RunFacts(campaign_id=campaign.pk, campaign_name=campaign.name, run_id=0, run_at=now), now


def _headers(request: RenderedRequest, connection: Connection | None) -> tuple[tuple[str, str], ...]:
    shown = [(name.decode("latin-1"), value.decode(errors="replace")) for name, value in request.headers]
    return tuple(headers_shown(connection, shown, MASK) if connection else shown)
