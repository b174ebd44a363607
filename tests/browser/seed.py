"""Fills the demo workspace of a running product with one of everything; prints, as JSON, what to put into addresses.

Runs in a shell of that product (``walk.seed``), with its settings; its workers do the sending.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import trustme
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.actors import Actor
from accounts.invitations import invitation_accept, invitation_create, invitation_key
from accounts.models import Role, User
from accounts.saved_views import saved_view_save
from accounts.tokens import api_token_create
from audience.attribute_registry import AttributeValues, attribute_create
from audience.choice import AudienceChoice
from audience.erasing import profile_delete
from audience.importing.services import import_start, import_upload
from audience.models import Import, ImportStatus
from audience.services import profile_save
from audience.values import PersonValues
from campaigns.demo import EMAIL
from campaigns.models import Campaign
from campaigns.repeat import Repeat
from campaigns.schedule import Schedule
from campaigns.services import campaign_create, campaign_launch, campaign_schedule
from channels.models import AuthKind, Connection, SendPolicy
from channels.policy import OAuthSettings
from channels.services import connection_save
from channels.values import ConnectionValues, EnteredCertificate
from delivery.services import run_pause
from notifications.models import Notification, Run
from notifications.states import RunState
from templates_lib.content import JsonPair, JsonPairsBody, Pair, WebhookContent
from templates_lib.services import template_save
from tests.tls import issued

FILE = b"""user_id,first_name,country,score,newsletter
i-1,Ana,PT,12.5,true
i-2,Jun,JP,7,false
,Nobody,IE,1,true
i-4,Zo\xc3\xab,IE,3,true
"""
BODY = JsonPairsBody(
    pairs=(
        JsonPair(name="id", value="{{ user_id }}"),
        JsonPair(name="points", value="{{ points | default(0) }}", type="number"),
        JsonPair(name="text", value="{{ message }}"),
    )
)
MESSAGE = 'Hi {{ first_name | default("there") }}, your points end this month.'
MIXED_ANSWERS = '{{ "422" if (points | default(0)) > 4500 else ("404" if (points | default(0)) > 4000 else "200") }}'
WITHIN = 120.0  # seconds


def seed(receiver: str) -> dict[str, Any]:
    """Makes it all, waits until workers have done their part, and answers with ids by the name of an address's part."""
    owner = User.objects.get(email=EMAIL)
    actor = Actor(workspace=owner.workspaces.get(), role=Role.OWNER, user=owner)
    people = _people(actor)
    things = _destinations(actor, receiver)
    run, others = _runs(actor, receiver)
    started = _import(actor)
    _until(lambda: Run.objects.get(pk=run.pk).state == RunState.COMPLETED)
    _until(lambda: Import.objects.get(pk=started.pk).status == ImportStatus.DONE)
    failed = Notification.objects.filter(run_id=run.pk, state="failed").order_by("-id").first()
    assert failed is not None
    leaving = profile_save(actor=actor, values=PersonValues("leaving", {"first_name": "Lea"}))
    people["erasure"] = profile_delete(actor=actor, profile=leaving).pk
    people["by_page"] |= _fuller_pages(actor)
    return {
        "workspace": actor.workspace.slug,
        **people,
        **things,
        **others,
        "campaign": run.campaign_id,
        "run": run.pk,
        "pk": started.pk,
        "notification": str(failed.pk),
        "profile": failed.profile_id,
        "attribute": actor.workspace.attributes.order_by("id")[0].pk,
        "segment": actor.workspace.segments.order_by("id")[0].pk,
        "number": 1,
        "role": Role.VIEWER,
        "kind": "webhook",
        "preset": "twilio-sms",
        "guide": "marketer",
        "picture": "run_detail-1440",
    }


def _people(actor: Actor) -> dict[str, Any]:
    """A teammate, somebody invited, a token; and the keys that e-mails carry."""
    teammate = User.objects.create_user("tom@example.com", "correct-horse-battery", name="Tom Berger")
    invited = invitation_create(actor=actor, email=teammate.email, role=Role.MARKETER)
    member = invitation_accept(user=teammate, invitation=invited)
    invitation = invitation_create(actor=actor, email="nina@example.com", role=Role.APPROVER)
    token, _ = api_token_create(actor=actor, name="Warehouse sync", role=Role.MARKETER)
    # The owner's own: looking at somebody else's link signs one out.
    address, _ = EmailAddress.objects.get_or_create(user=actor.user, email=EMAIL)
    return {
        "member": member.pk,
        "invitation": invitation.pk,
        "token": token.pk,
        "by_page": {
            "invitation": {"key": invitation_key(invitation)},
            "account_confirm_email": {"key": EmailConfirmationHMAC(address).key},
            "account_reset_password_from_key": {
                "uidb36": user_pk_to_url_str(teammate),
                "key": default_token_generator.make_token(teammate),
            },
        },
    }


def _fuller_pages(actor: Actor) -> dict[str, dict[str, int]]:
    """For pages that show more for one thing than for others: that thing."""
    pair = issued(trustme.CA(), "crm.example.com")
    bank = ConnectionValues(
        "Bank",
        "https://bank.example",
        auth_kind=AuthKind.OAUTH,
        secret="demo-client-secret",
        oauth=OAuthSettings(token_url="https://bank.example/token", client_id="acme", scope="people.write"),
        certificate=EnteredCertificate(pair.certificate, pair.key),
    )
    plan = AttributeValues(display_name="Loyalty level", fallback="basic", description="From the shop.")
    first = datetime.now().replace(second=0, microsecond=0) + timedelta(days=1)
    weekly = Schedule(kind="repeat", local=first, repeat=Repeat(weekdays=(0, 3)))
    return {
        "connection_edit": {"connection": connection_save(actor=actor, values=bank).pk},
        "attribute_edit": {"attribute": attribute_create(actor=actor, name="loyalty_level", values=plan).pk},
        "campaign_schedule": {"campaign": _campaign(actor, "Weekly digest", "", schedule=weekly).pk},
        "import_map": {"pk": import_upload(actor=actor, upload=_file()).pk},
    }


def _destinations(actor: Actor, receiver: str) -> dict[str, Any]:
    secret = ConnectionValues("CRM", receiver, auth_kind=AuthKind.BEARER, secret="demo-secret-token")
    connection = connection_save(actor=actor, values=secret)
    content = WebhookContent(
        url=f"{receiver}/201/people/{{{{ user_id }}}}",
        parameters=(Pair(name="source", value="campaign"),),
        headers=(Pair(name="X-Team", value="marketing"),),
        connection_id=connection.pk,
        body=BODY,
    )
    template = template_save(
        workspace=actor.workspace,
        actor=actor,
        name="CRM message",
        content=content,
        answered_ok_at=timezone.now(),
        description="A note on the person's card in the CRM.",
    )
    view = saved_view_save(actor=actor, page="campaigns", name="Drafts", query="status=draft", shared=True)
    return {"connection": connection.pk, "template": template.pk, "view": view.pk}


def _runs(actor: Actor, receiver: str) -> tuple[Run, dict[str, int]]:
    """One that reaches everybody and gets several answers; and one of every other kind, by id."""
    run = _launch(actor, _campaign(actor, "Points reminder", f"{receiver}/{MIXED_ANSWERS}"))
    one_at_a_time = ConnectionValues("Old system", receiver, policy=SendPolicy(max_in_flight=1))
    slow = connection_save(actor=actor, values=one_at_a_time)
    paused = _launch(actor, _campaign(actor, "Quarterly update", f"{receiver}/slow", slow))
    _until(lambda: Run.objects.get(pk=paused.pk).prepared_at is not None)
    run_pause(run=paused, actor=actor)
    tests = AudienceChoice(kind="test_users")
    backlog = _launch(actor, _campaign(actor, "Backlog of tasks", f"{receiver}/503", audience=tests))
    _leave_waiting(backlog)
    later = datetime.now().replace(second=0, microsecond=0) + timedelta(days=3)
    scheduled = _campaign(actor, "Autumn offer", f"{receiver}/200", schedule=Schedule(kind="later", local=later))
    campaign_schedule(campaign=scheduled, actor=actor, revision=scheduled.revision)
    unfinished = _campaign(actor, "Unfinished", "", audience=tests)
    return run, {"paused": paused.pk, "scheduled": scheduled.pk, "unfinished": unfinished.pk}


def _campaign(actor: Actor, name: str, url: str, connection: Connection | None = None, **parts: Any) -> Campaign:
    content = WebhookContent(
        url=url, body=BODY, message_text=MESSAGE, connection_id=connection.pk if connection else None
    )
    parts = {"audience": AudienceChoice(kind="everyone"), **parts}
    return campaign_create(actor=actor, name=name, channel="webhook", content=content, **parts)


def _launch(actor: Actor, campaign: Campaign) -> Run:
    return campaign_launch(campaign=campaign, actor=actor, revision=campaign.revision, at=timezone.now())


def _import(actor: Actor) -> Import:
    return import_start(actor=actor, upload=_file(), mark_test=False)


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("newsletter.csv", FILE, content_type="text/csv")


def _leave_waiting(run: Run) -> None:
    """Its retries would come among what later tests count at the receiver."""
    waiting = Notification.objects.filter(run_id=run.pk)
    _until(lambda: Run.objects.get(pk=run.pk).prepared_at is not None)
    _until(lambda: not waiting.exclude(state="retrying").exists())
    waiting.update(due_at=timezone.now() + timedelta(days=1))


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit("The product's workers did not finish in time.")
        time.sleep(0.2)


def main() -> None:
    sys.stdout.write(json.dumps(seed(settings.DEMO_RECEIVER_URL)))
