"""Default headers of a connection, as the destination sees them."""

import json

from channels.models import Connection
from channels.policy import DefaultHeader, DefaultHeaders
from notifications.models import Exchange
from templates_lib.content import Pair
from tests.delivery.engine import Engine
from webhooks_platform.base.encryption import encrypt

HEADERS = (
    DefaultHeader(name="X-Tenant", value="acme"),
    DefaultHeader(name="User-Agent", value="acme-crm/1"),
    DefaultHeader(name="X-Partner", secret=True),
)


def arrived(engine: Engine, **content: object) -> tuple[dict[str, str], str]:
    """The headers of the one request by lower-case name, and those that the log keeps."""
    connection = Connection.objects.create(
        workspace=engine.workspace,
        name="CRM",
        origin=engine.receiver.url,
        default_headers=DefaultHeaders(headers=HEADERS),
        encrypted_header_secrets=encrypt(json.dumps({"x-partner": "partner-key"})),
    )
    engine.people(1)
    engine.run(connection_id=connection.pk, content=engine.content("/200", **content))
    (request,) = engine.receiver.received()["last"]
    return {name.lower(): value for name, value in request["headers"]}, Exchange.objects.get().request_headers


def test_each_request_carries_them_and_the_log_hides_secret_ones(engine: Engine) -> None:
    seen, kept = arrived(engine)
    assert (seen["x-tenant"], seen["x-partner"], seen["user-agent"]) == ("acme", "partner-key", "acme-crm/1")
    assert "X-Tenant: acme" in kept
    assert "partner-key" not in kept
    assert "X-Partner: ••••••••" in kept


def test_the_contents_own_go_first(engine: Engine) -> None:
    own = (Pair(name="x-tenant", value="{{ user_id }}"), Pair(name="X-Other", value="1"))
    seen, _ = arrived(engine, headers=own)
    assert (seen["x-tenant"], seen["x-partner"], seen["x-other"]) == ("u0", "partner-key", "1")


def test_without_a_url_of_its_origin_nothing_is_sent(engine: Engine) -> None:
    connection = Connection.objects.create(
        workspace=engine.workspace,
        name="CRM",
        origin="https://elsewhere.example",
        default_headers=DefaultHeaders(headers=HEADERS),
        encrypted_header_secrets=encrypt(json.dumps({"x-partner": "partner-key"})),
    )
    engine.people(1)
    engine.run("/200", connection_id=connection.pk)
    assert engine.receiver.received()["requests"] == 0
