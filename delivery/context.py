"""What a template can name: the person's values, and what is known of the campaign and the run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from audience.persons import variables


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a template can say about its run; the same for every person."""

    campaign_id: int
    campaign_name: str
    run_id: int
    run_at: datetime
    variables: dict[str, Any] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        known = {
            "campaign": {"id": self.campaign_id, "name": self.campaign_name},
            "run": {"id": self.run_id, "at": self.run_at.isoformat()},
        }
        object.__setattr__(self, "variables", known)


def render_context(person: Mapping[str, Any], facts: RunFacts, *, now: datetime) -> dict[str, Any]:
    """The variables of one person. ``now`` must be stored with the row, so that a repeat renders the same bytes."""
    context = variables(person)
    context.update(facts.variables, now=now.isoformat())
    return context
