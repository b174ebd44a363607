"""Signed requests as their receiver sees them, checked by the Standard Webhooks package."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from channels.models import Connection
from notifications.models import Exchange
from outbound.signing import secret_create
from tests.delivery.engine import LATER, Engine, due_now, exchanges, notifications
from tests.delivery.test_lane import work_until_over
from webhooks_platform.base.encryption import encrypt

OLD, NEW = secret_create(), secret_create()


@pytest.fixture
def connection(engine: Engine) -> Connection:
    return Connection.objects.create(workspace=engine.workspace, name="CRM", origin=engine.receiver.url)


def sign(connection: Connection, secret: str, previous: str = "", *, hours: int = 24) -> None:
    connection.encrypted_signing_secret = encrypt(secret)
    connection.encrypted_previous_signing_secret = encrypt(previous) if previous else None
    connection.previous_signing_secret_until = timezone.now() + timedelta(hours=hours)
    connection.save()


def arrived(engine: Engine, connection: Connection) -> dict[str, Any]:
    """The request for one person, as the receiver tells it back."""
    engine.people(1)
    engine.run("/echo", connection_id=connection.pk)
    seen: dict[str, Any] = json.loads(bytes(Exchange.objects.get().response_body))
    return seen


def verified(seen: dict[str, Any], secret: str) -> Any:
    return Webhook(secret).verify(seen["body"], dict(seen["headers"]))


def test_the_receiver_can_verify_what_came(engine: Engine, connection: Connection) -> None:
    sign(connection, NEW)
    seen = arrived(engine, connection)
    assert verified(seen, NEW) == {"name": "Zoë 0"}
    with pytest.raises(WebhookVerificationError):
        verified(seen, OLD)
    with pytest.raises(WebhookVerificationError):
        verified({**seen, "body": seen["body"].replace("Zoë", "Eve")}, NEW)


def test_while_secrets_overlap_either_verifies(engine: Engine, connection: Connection) -> None:
    sign(connection, NEW, OLD)
    seen = arrived(engine, connection)
    assert verified(seen, NEW) == verified(seen, OLD)


def test_after_the_overlap_only_the_new_one_does(engine: Engine, connection: Connection) -> None:
    sign(connection, NEW, OLD, hours=-1)
    seen = arrived(engine, connection)
    assert verified(seen, NEW)
    with pytest.raises(WebhookVerificationError):
        verified(seen, OLD)


def test_every_attempt_is_signed(engine: Engine, connection: Connection) -> None:
    sign(connection, NEW)
    engine.people(1)
    run = engine.run("/503-once-then-200", connection_id=connection.pk, policy=LATER)
    sign(connection, OLD)
    due_now(run)
    work_until_over(engine, run)
    arrivals = [dict(request["headers"]) for request in engine.receiver.received()["last"]]
    bodies = [bytes(exchange.request_body) for exchange in exchanges(run)]
    assert len(arrivals) == len(bodies) == 2
    for secret, headers, body in zip((NEW, OLD), arrivals, bodies, strict=True):
        assert Webhook(secret).verify(body, headers) == {"name": "Zoë 0"}


def test_without_a_secret_there_is_no_signature(engine: Engine, connection: Connection) -> None:
    names = {name.lower() for name, _ in arrived(engine, connection)["headers"]}
    assert "webhook-id" in names
    assert "webhook-signature" not in names


def test_a_secret_that_can_not_be_read_fails_in_words(engine: Engine, connection: Connection) -> None:
    connection.encrypted_signing_secret = b"of another key"
    connection.save()
    engine.people(1)
    (row,) = notifications(engine.run("/200", connection_id=connection.pk))
    assert "ENCRYPTION_KEYS" in row.reason_detail
    assert engine.receiver.received()["requests"] == 0
