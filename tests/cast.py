"""The people that tests are about, and what they have."""

from django.test import Client

from accounts.actors import Actor
from accounts.authentication import token_digest
from accounts.models import ApiToken, Member, Role, User, Workspace

PASSWORD = "correct-horse-battery"


def person(name: str, *, email: str = "", password: str = PASSWORD) -> User:
    """A user called ``name``, whose address follows from it."""
    return User.objects.create_user(email or f"{name.lower()}@example.com", password, name=name)


def workspace_with(owner: User, *, name: str = "Acme") -> Workspace:
    """A workspace that ``owner`` owns."""
    workspace = Workspace.objects.create(name=name, slug=name.lower())
    joined(workspace, owner, Role.OWNER)
    return workspace


def joined(workspace: Workspace, user: User, role: str) -> User:
    """The user, now a member with that role."""
    Member.objects.create(workspace=workspace, user=user, role=role)
    return user


def acting(user: User, workspace: Workspace) -> Actor:
    """The member as an actor in the workspace, for services."""
    member = Member.objects.get(workspace=workspace, user=user)
    return Actor(workspace=workspace, role=member.role, user=user)


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def api_headers(workspace: Workspace, *, role: str = Role.OWNER, name: str = "Tests") -> dict[str, str]:
    """Headers of a fresh token: ``client.get(url, headers=api_headers(workspace))``."""
    text = ApiToken.new_text()
    ApiToken.objects.create(workspace=workspace, name=name, role=role, prefix=text[:8], digest=token_digest(text))
    return {"Authorization": f"Bearer {text}"}
