"""Who acts: a signed-in member, an API token, or the system itself, always in one workspace."""

from dataclasses import dataclass

from accounts.models import ApiToken, Role, User, Workspace


@dataclass(frozen=True)
class Actor:
    """Asked for a right by ``permit``; named in the audit trail."""

    workspace: Workspace
    role: str
    user: User | None = None
    token: ApiToken | None = None

    @property
    def label(self) -> str:
        if self.user:
            return str(self.user)
        return f"API token {self.token.name}" if self.token else "the system"


def system_actor(workspace: Workspace) -> Actor:
    """Acts for the schedule and the demo data; may do everything in its workspace."""
    return Actor(workspace=workspace, role=Role.OWNER)
