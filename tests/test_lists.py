"""Every list of the product: a page of 25 rows asks the database as often as a page of one, and costs little more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_cotton.templatetags._component import CottonComponentNode

from accounts.models import ApiToken, AuditEntry, Invitation, Role, SavedView, User, Workspace
from audience.models import Attribute, Erasure, Import, Profile, Segment
from campaigns.models import Campaign
from channels.models import Connection
from templates_lib.content import WebhookContent
from templates_lib.models import Template, TemplateVersion
from tests import cast
from tests.notifications.ledger import failed_made, run_made

# A component costs about 0.1 ms of CPU: a row is worth a menu, a pill and a time.
ROW_COMPONENTS = 12


@dataclass(frozen=True)
class List:
    """A page and what makes a row of it, given the workspace, its owner, and the row's number.

    ``components`` is how many a row may be made of, ``of`` names the thing whose rows the page shows.
    """

    url_name: str
    make: Callable[[Workspace, User, int], object]
    components: float = ROW_COMPONENTS
    of: Callable[[Workspace], dict[str, int]] = lambda workspace: {}


def member(workspace: Workspace, owner: User, n: int) -> object:
    return cast.joined(workspace, cast.person(f"Teammate{n}"), Role.MARKETER)


def invitation(workspace: Workspace, owner: User, n: int) -> object:
    soon = timezone.now() + timedelta(days=1)
    return Invitation.objects.create(
        workspace=workspace, email=f"n{n}@example.com", role=Role.VIEWER, expires_at=soon, created_by=owner
    )


def token(workspace: Workspace, owner: User, n: int) -> object:
    digest = f"{n:032d}".encode()
    return ApiToken.objects.create(
        workspace=workspace, name=f"Sync {n}", prefix="whp_none", digest=digest, created_by=owner
    )


def audit_row(workspace: Workspace, owner: User, n: int) -> object:
    return AuditEntry.objects.create(
        workspace=workspace,
        user=owner,
        action="campaign.launched",
        target="campaign",
        target_id=str(n),
        target_label="X",
    )


def connection_row(workspace: Workspace, owner: User, n: int) -> object:
    return Connection.objects.create(
        workspace=workspace, name=f"System {n}", origin=f"https://s{n}.example", created_by=owner
    )


def template(workspace: Workspace, owner: User, n: int) -> object:
    made = Template.objects.create(workspace=workspace, name=f"Template {n}", created_by=owner)
    return TemplateVersion.objects.create(template=made, number=1, content=WebhookContent(), created_by=owner)


def segment(workspace: Workspace, owner: User, n: int) -> object:
    return Segment.objects.create(workspace=workspace, name=f"Segment {n}", created_by=owner)


def profile(workspace: Workspace, owner: User, n: int) -> object:
    return Profile.objects.create(workspace=workspace, user_id=f"u_{n}", first_name="Ada", attributes={"points": n})


def attribute(workspace: Workspace, owner: User, n: int) -> object:
    return Attribute.objects.create(workspace=workspace, name=f"points_{n}", kind="number")


def file_import(workspace: Workspace, owner: User, n: int) -> object:
    return Import.objects.create(workspace=workspace, file="imports/none.csv", file_name=f"{n}.csv", created_by=owner)


def campaign(workspace: Workspace, owner: User, n: int) -> object:
    made = Campaign.objects.create(workspace=workspace, name=f"Campaign {n}", labels=["sale"], created_by=owner)
    return run_made(workspace, campaign_id=made.pk, campaign_name=made.name, launched_by=owner)


def notification(workspace: Workspace, owner: User, n: int) -> object:
    run = workspace.runs.first() or run_made(workspace, launched_by=owner)
    return failed_made(run, f"person-{n}")


def saved_view(workspace: Workspace, owner: User, n: int) -> object:
    return SavedView.objects.create(workspace=workspace, user=owner, page="campaigns", name=f"V {n}", query="q=a")


def erasure(workspace: Workspace, owner: User, n: int) -> object:
    return Erasure.objects.create(workspace=workspace, profile_id=n, requested_by=owner)


def version(workspace: Workspace, owner: User, n: int) -> object:
    made, _ = Template.objects.get_or_create(workspace=workspace, name="Template", created_by=owner)
    return TemplateVersion.objects.create(template=made, number=n + 1, content=WebhookContent(), created_by=owner)


def sent_to_one_person(workspace: Workspace, owner: User, n: int) -> object:
    return failed_made(run_made(workspace, launched_by=owner), "person-1")


def first_template(workspace: Workspace) -> dict[str, int]:
    return {"template": workspace.templates.get().pk}


def first_profile(workspace: Workspace) -> dict[str, int]:
    return {"profile": workspace.profiles.get().pk}


LISTS = [
    List("members", member),
    List("members", invitation),
    List("api_tokens", token),
    List("audit_trail", audit_row),
    List("connections", connection_row),
    List("templates", template),
    List("segments", segment),
    List("profiles", profile),
    List("attributes", attribute),
    List("imports", file_import),
    List("erasures", erasure),
    List("dashboard", campaign),
    List("template_detail", version, of=first_template),
    List("profile_detail", sent_to_one_person, of=first_profile),
    List("campaigns", campaign, components=16),  # its menu has ten entries
    List("campaigns", saved_view),
    List("notifications_log", notification, components=0),
]


@pytest.fixture
def components(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the components that are rendered from now on."""
    rendered: list[str] = []
    render = CottonComponentNode.render

    def noted(node: CottonComponentNode, context: Any) -> str:
        rendered.append(node.component_name)
        return str(render(node, context))

    monkeypatch.setattr(CottonComponentNode, "render", noted)
    return rendered


@pytest.mark.parametrize("one", LISTS, ids=lambda one: f"{one.url_name}-{one.make.__name__}")
def test_cost(client: Client, owner: User, workspace: Workspace, components: list[str], one: List) -> None:
    client.force_login(owner)
    one.make(workspace, owner, 0)
    url = reverse(one.url_name, kwargs={"workspace": workspace.slug, **one.of(workspace)})

    def cost() -> tuple[list[str], int]:
        client.get(url)
        components.clear()
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return [query["sql"] for query in captured.captured_queries], len(components)

    few_queries, few_components = cost()
    for n in range(1, 25):
        one.make(workspace, owner, n)
    many_queries, many_components = cost()
    assert len(few_queries) > 3
    assert len(many_queries) == len(few_queries), "\n".join(many_queries)
    assert (many_components - few_components) / 24 <= one.components
