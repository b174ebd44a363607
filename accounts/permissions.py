"""Rights: the one table of who may do what, and the one function that every service asks."""

from accounts.actors import Actor
from accounts.models import Role
from webhooks_platform.base.errors import NotAllowed

EVERYONE = frozenset(Role.values)
EDITORS = frozenset({Role.OWNER, Role.ADMIN, Role.MARKETER})
LAUNCHERS = frozenset({Role.OWNER, Role.ADMIN, Role.MARKETER, Role.APPROVER})
ADMINS = frozenset({Role.OWNER, Role.ADMIN})
OWNERS = frozenset({Role.OWNER})

# action: (roles that may, words that complete "You need … to …")
ACTIONS: dict[str, tuple[frozenset[str], str]] = {
    "workspace.view": (EVERYONE, "see this workspace"),
    "workspace.edit": (ADMINS, "change the workspace's settings"),
    "member.edit": (ADMINS, "change members and their roles"),
    "owner.edit": (OWNERS, "change owners"),
    "token.edit": (ADMINS, "create or revoke API tokens"),
    "audit.view": (ADMINS, "read the audit trail"),
    "channel.edit": (ADMINS, "switch channels on or off"),
    "connection.edit": (ADMINS, "create or change connections"),
    "profile.edit": (EDITORS, "add or change profiles"),
    "attribute.edit": (EDITORS, "create or change attributes"),
    "segment.edit": (EDITORS, "create or change segments"),
    "campaign.edit": (EDITORS, "create or change campaigns"),
    "campaign.test": (EDITORS, "send tests"),
    "campaign.launch": (LAUNCHERS, "launch campaigns"),
    "run.control": (LAUNCHERS, "pause, resume or stop runs"),
    "template.edit": (EDITORS, "save or change templates"),
    "view.share": (EDITORS, "share saved views"),
}


def allowed(actor: Actor, action: str) -> bool:
    """Whether the actor's role has the right; KeyError for an action that does not exist."""
    return actor.role in ACTIONS[action][0]


def permit(actor: Actor, action: str) -> None:
    """Raises NotAllowed, in words, unless the actor's role has the right."""
    if not allowed(actor, action):
        roles, what = ACTIONS[action]
        names = " or ".join(Role(role).label for role in Role.values if role in roles)
        raise NotAllowed(f"Your role ({Role(actor.role).label}) can't {what}. Ask a person with the role {names}.")
