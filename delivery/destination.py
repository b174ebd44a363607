"""What a run sends to, as pace and breaker see it: a connection, or the origin of a freely typed URL."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.destinations import destination_key
from channels.origins import origin_before_path
from notifications.models import Run
from webhooks_platform.base.errors import ProductError

KEY_PREFIX = "gate:"


@dataclass(frozen=True, slots=True)
class Destination:
    """Within a workspace, so that one tenant can't stop another at a vendor that both use."""

    workspace_id: int
    key: str

    @property
    def name(self) -> str:
        """The common part of its Redis keys; the braces keep them on one node of a cluster."""
        return f"{KEY_PREFIX}{{{self.workspace_id}:{self.key}}}"

    @property
    def breaker_key(self) -> str:
        return f"{self.name}:breaker"

    @property
    def paced_runs_key(self) -> str:
        return f"{self.name}:paced"

    @property
    def places_key(self) -> str:
        return f"{self.name}:places"

    def pace_keys(self, run_id: int) -> Sequence[str]:
        """Of the destination and of one run of it."""
        return f"{self.name}:pace", f"{self.name}:run:{run_id}"


def run_destination(run: Run) -> Destination:
    """Where each person's values choose the host, the run stands for its destination."""
    if run.connection_id is not None:
        return Destination(run.workspace_id, destination_key(run.connection_id, ""))
    try:
        origin = origin_before_path(run.content.url)
    except ProductError:
        origin = f"run {run.pk}"
    return Destination(run.workspace_id, destination_key(None, origin))
