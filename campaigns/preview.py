"""What a person's request will look like, before anything is sent."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from audience.models import Profile
from audience.persons import snapshot
from campaigns.models import Campaign
from campaigns.problems import secret_attached
from channels.models import AuthKind, Connection
from delivery.context import RunFacts, render_context
from templates_lib.checks import check_content
from templates_lib.content import WebhookContent
from templates_lib.rendering import (
    ContentInvalid,
    Problem,
    RenderedRequest,
    RenderProblem,
    compile_content,
)

MASK = "••••••••"


@dataclass(frozen=True)
class Preview:
    """Either a request or what stands in its way; ``problems`` are the findings about the content itself."""

    request: RenderedRequest | None
    render_problem: RenderProblem | None
    problems: tuple[Problem, ...]
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def findings(self) -> tuple[Problem, ...]:
        """Everything to mark at a field: what is wrong with the content, then what is wrong for this person."""
        found = self.render_problem
        if found is None or found.kind == "skip" or not found.field:
            return self.problems
        words = f"{found.message} {found.hint}".strip()
        return (*self.problems, Problem(found.field, words, "", found.line, found.column, "warning"))


def preview_make(
    *, campaign: Campaign, content: WebhookContent, connection: Connection | None, profile: Profile | None
) -> Preview:
    """Renders ``content`` for the person; never raises for bad content, never sends, never shows a secret."""
    attached = secret_attached(connection)
    problems = check_content(content, secret_attached=attached)
    if profile is None:
        return Preview(None, None, problems)
    try:
        compiled = compile_content(content, secret_attached=attached)
    except ContentInvalid as error:
        return Preview(None, None, problems or error.problems)
    result = compiled.render(preview_context(campaign, profile))
    if isinstance(result, RenderProblem):
        return Preview(None, result, problems)
    return Preview(result, None, problems, _headers(result, connection), result.body.decode(errors="replace"))


def preview_context(campaign: Campaign, profile: Profile) -> dict[str, Any]:
    """The same variables that a run would have, with a run number that says it is a preview."""
    facts = RunFacts(campaign_id=campaign.pk, campaign_name=campaign.name, run_id=0, run_at=timezone.now())
    return render_context(snapshot(profile), facts, now=timezone.now())


def _headers(request: RenderedRequest, connection: Connection | None) -> tuple[tuple[str, str], ...]:
    shown = [(name.decode("latin-1"), value.decode(errors="replace")) for name, value in request.headers]
    return tuple(shown + _auth_headers(connection))


def _auth_headers(connection: Connection | None) -> list[tuple[str, str]]:
    if connection is None:
        return []
    match connection.auth_kind:
        case AuthKind.BASIC:
            return [("Authorization", f"Basic {MASK}")]
        case AuthKind.BEARER:
            return [("Authorization", f"Bearer {MASK}")]
        case AuthKind.API_KEY_HEADER:
            return [(connection.key_name, MASK)]
    return []
