"""What is launched: a workspace of people, a connection with a secret, and content with several variables."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from accounts.models import Workspace
from audience.choice import AudienceChoice
from audience.models import Profile
from audience.persons import snapshot
from channels.models import AuthKind, Connection, SendPolicy
from delivery.claims import Claimed
from delivery.context import RunFacts
from delivery.credentials import credentials_resolve
from delivery.outgoing import Outgoing, RequestMaker
from delivery.services import run_start
from notifications.models import Run
from notifications.states import RunKind
from outbound.signing import secret_create
from templates_lib.content import JsonPair, JsonPairsBody, Pair, WebhookContent
from templates_lib.rendering import compile_content
from webhooks_platform.base.encryption import encrypt

IN_FLIGHT = 256
POLICY = SendPolicy(max_in_flight=IN_FLIGHT)
CAMPAIGN = "Benchmark"
MESSAGE = (
    "Hello {{ first_name }}, your {{ plan }} plan now has {{ points }} points. Spend them until the end of the year."
)
_PAIRS = (
    JsonPair(name="id", value="{{ user_id }}"),
    JsonPair(name="email", value="{{ email }}"),
    JsonPair(name="name", value="{{ first_name }} {{ last_name }}"),
    JsonPair(name="plan", value="{{ plan }}"),
    JsonPair(name="points", value="{{ points }}", type="number"),
    JsonPair(name="city", value="{{ city|default('somewhere') }}"),
    JsonPair(name="campaign", value="{{ campaign.name }}"),
    JsonPair(name="at", value="{{ now }}"),
    JsonPair(name="message", value="{{ message }}"),
    JsonPair(name="note", value="What follows is the same for everybody, as the texts of campaigns mostly are."),
)
_PEOPLE = """
insert into audience_profile (workspace_id, user_id, email, phone, first_name, last_name, language, country, time_zone,
                              attributes, is_test, created_at, updated_at)
select %s, 'user-' || n, 'zoe.' || n || '@example.com', '', 'Zoë', 'Müller-' || n, 'de', 'CH', 'Europe/Zurich',
       jsonb_build_object('plan', 'team', 'points', n, 'city', 'Zürich'), false, now(), now()
from generate_series(1, %s) n
"""


@dataclass(frozen=True)
class Campaign:
    """Ready to be launched again and again, to ``url``."""

    workspace: Workspace
    connection: Connection
    url: str
    path: str = "/hooks/people"
    policy: SendPolicy = POLICY

    @property
    def content(self) -> WebhookContent:
        return WebhookContent(
            url=f"{self.url}{self.path}",
            headers=(Pair(name="X-Source", value="benchmark"),),
            connection_id=self.connection.pk,
            body=JsonPairsBody(pairs=_PAIRS),
            message_text=MESSAGE,
        )

    def launch(self, at: datetime | None = None) -> Run:
        return run_start(
            workspace=self.workspace,
            campaign_id=1,
            campaign_name=CAMPAIGN,
            kind=RunKind.LIVE,
            content=self.content,
            policy=self.policy,
            connection_id=self.connection.pk,
            audience=AudienceChoice(),
            audience_description="Everyone",
            retention_days=self.workspace.retention_days,
            launched_by=None,
            at=at or timezone.now(),
        )

    def launch_now(self) -> Run:
        return self.launch(timezone.now())

    def maker(self) -> RequestMaker:
        """What makes requests of claimed rows in a lane."""
        return RequestMaker(
            compiled=compile_content(self.content, secret_attached=True),
            credentials=credentials_resolve(self.workspace, self.connection.pk),
            facts=RunFacts(1, CAMPAIGN, 1, timezone.now()),
            stop_when_missing=False,
            extensions={},
        )

    def rows(self, count: int) -> list[Claimed]:
        """Rows of the first people, as a lane's claim would bring them."""
        people = Profile.objects.filter(workspace=self.workspace).order_by("pk")[:count]
        return [
            Claimed(
                id=uuid.uuid4(),
                profile_id=person.pk,
                webhook_id=str(uuid.uuid4()),
                number=1,
                first_attempt_at=timezone.now(),
                person=json.dumps(snapshot(person)),
                request=None,
                removed=False,
                due_at=timezone.now(),
            )
            for person in people
        ]

    def request(self) -> Outgoing:
        """What the engine would send to the first person: the same bytes, made by the same code."""
        made = self.maker().make(self.rows(1)[0], 0.0)
        assert isinstance(made, Outgoing), made
        return made


def workspace_make(people: int, *, slug: str = "benchmark") -> Workspace:
    workspace = Workspace.objects.create(name="Benchmark", slug=slug)
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [workspace.pk, people])
        cursor.execute("analyze audience_profile")
    return workspace


def campaign_make(workspace: Workspace, url: str, *, name: str = "", policy: SendPolicy = POLICY) -> Campaign:
    destination = Connection(
        workspace=workspace, name=name or url, origin=url, auth_kind=AuthKind.BEARER, policy=policy
    )
    destination.secret = "a-bearer-token-of-the-benchmark"
    destination.encrypted_signing_secret = encrypt(secret_create())
    destination.save()
    return Campaign(workspace, destination, url, policy=policy)
