"""The grouped form, the health page, and two people at one connection."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User, Workspace
from channels import registry
from channels.health import health_pill
from channels.models import AuthKind, Connection
from channels.policy import BodyMatch, BreakerRule, OAuthSettings, Rate, RetryPolicy
from channels.registry import ConnectionActivity, ConnectionFault, ConnectionFigures
from channels.services import connection_save
from channels.summaries import duration_words, retry_words
from channels.values import ConnectionValues
from tests.cast import acting, signed_in
from tests.channels.test_pages import FORM

Ask = Callable[..., str]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
FULL = FORM | {
    "auth_kind": "oauth",
    "token_url": "https://login.example.com/token",
    "client_id": "acme",
    "scope": "crm.write",
    "oauth_style": "body",
    "oauth_extra.0.name": "resource",
    "oauth_extra.0.value": "crm",
    "headers.0.name": "X-Tenant",
    "headers.0.value": "acme",
    "secret_headers.0.name": "X-Partner",
    "secret_headers.0.value": "partner-key",
    "body_rule": "json",
    "body_path": "$.data[0].ok",
    "body_value": "true",
    "body_fate": "retried",
    "rate_count": "90",
    "rate_per": "minute",
    "base_seconds": "10",
    "max_seconds": "60",
    "retry_statuses": "429, 5xx",
    "breaker": "off",
    "breaker_percent": "25",
    "minimum_calls": "50",
    "window_seconds": "120",
    "pause_seconds": "15",
}


class Breaker:
    def __init__(self, state: Any = "closed", asked_until: datetime | None = None) -> None:
        self.state, self.asked_until, self.until = state, asked_until, NOW
        self.failures, self.calls, self.known = 12, 20, True


@pytest.fixture
def url(workspace: Workspace) -> Ask:
    return lambda name, **kwargs: reverse(name, kwargs={"workspace": workspace.slug, **kwargs})


@pytest.fixture
def connection(workspace: Workspace, owner: User) -> Connection:
    values = ConnectionValues("CRM", "https://api.example.com", AuthKind.BEARER, secret="s3cret-token")
    return connection_save(actor=acting(owner, workspace), values=values)


def test_everything_that_the_form_offers_is_kept(client: Client, owner: User, url: Ask) -> None:
    assert signed_in(client, owner).post(url("connection_new"), FULL).status_code == 302
    made = Connection.objects.get()
    assert made.oauth == OAuthSettings(
        token_url="https://login.example.com/token",
        client_id="acme",
        scope="crm.write",
        style="body",
        extra=(("resource", "crm"),),
    )
    policy = made.policy
    assert policy.success_body == BodyMatch(kind="json", path="data.0.ok", value="true", retried=True)
    assert policy.rate == Rate(count=90, per="minute")
    assert (policy.retry.base_seconds, policy.retry.max_seconds) == (10, 60)
    assert policy.retry.statuses == ((429, 429), (500, 599))
    assert policy.breaker == BreakerRule(
        enabled=False, failure_share=0.25, minimum_calls=50, window_seconds=120, pause_seconds=15
    )
    assert [(each.name, each.value, each.secret) for each in made.headers_shown] == [
        ("X-Tenant", "acme", False),
        ("X-Partner", "", True),
    ]


def test_saving_it_as_shown_changes_nothing(client: Client, owner: User, url: Ask) -> None:
    signed_in(client, owner).post(url("connection_new"), FULL)
    before = Connection.objects.get()
    page = client.get(url("connection_edit", connection=before.pk))
    values = {name: value for name, value in page.context["values"].items() if value is not None}
    for group in ("headers", "secret_headers", "oauth_extra"):
        rows = page.context[
            {"headers": "header", "secret_headers": "secret_header", "oauth_extra": "oauth"}[group] + "_rows"
        ]
        for index, row in enumerate(rows):
            values |= {f"{group}.{index}.name": row.name, f"{group}.{index}.value": row.value}
    assert client.post(url("connection_edit", connection=before.pk), values).status_code == 302
    after = Connection.objects.get()
    assert (after.policy, after.oauth, after.headers_shown) == (before.policy, before.oauth, before.headers_shown)
    assert (after.header_secrets, after.revision) == ({"x-partner": "partner-key"}, before.revision + 1)
    assert AuditEntry.objects.latest("id").detail == {"changed": []}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"token_url": "login.example.com"}, "Begin with https://"),
        ({"client_id": ""}, "Enter the client id"),
        ({"oauth_extra.0.name": "scope"}, "isn&#x27;t one of those above"),
        ({"headers.0.name": "Host"}, "set by the sender itself"),
        ({"body_path": ""}, "Enter where in the answer it stands"),
        ({"body_rule": "contains"}, "Enter the text to look for"),
        ({"retry_statuses": "soon"}, "is not a status"),
        ({"base_seconds": "100"}, "be longer than the longest"),
        ({"rate_count": "0"}, "greater than or equal to 1"),
        ({"breaker_percent": "101"}, "less than or equal to 100"),
        ({"client_key": "nothing"}, "not a certificate in PEM"),
    ],
)
def test_what_is_wrong_is_said_and_its_part_open(
    client: Client, owner: User, url: Ask, change: dict[str, str], words: str
) -> None:
    answer = signed_in(client, owner).post(url("connection_new"), FULL | change)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "partner-key" not in page
    assert not Connection.objects.exists()
    folded = not any(name.startswith(("token_url", "client_id", "oauth")) for name in change)
    assert any(is_open for _, is_open in answer.context["parts"].values()) == folded


def test_of_two_people_the_second_is_told(client: Client, owner: User, connection: Connection, url: Ask) -> None:
    edit = url("connection_edit", connection=connection.pk)
    seen = signed_in(client, owner).get(edit).context["values"]["revision"]
    first = FORM | {"name": "First", "revision": str(seen)}
    assert client.post(edit, first).status_code == 302
    answer = client.post(edit, FORM | {"name": "Second", "revision": str(seen)})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This connection was changed meanwhile" in page
    assert "was changed by you, in another window, on" in page
    assert 'value="Second"' in page
    assert f'name="revision" value="{seen}"' in page
    assert Connection.objects.get().name == "First"


def test_a_secret_replaced_meanwhile_is_not_overwritten(
    client: Client, owner: User, connection: Connection, url: Ask
) -> None:
    edit = url("connection_edit", connection=connection.pk)
    seen = signed_in(client, owner).get(edit).context["values"]["revision"]
    replaced = client.post(url("connection_secret", connection=connection.pk), {"secret": "the-new-one"})
    assert replaced.status_code == 302
    answer = client.post(edit, FORM | {"secret": "the-late-one", "revision": str(seen)})
    assert (answer.status_code, Connection.objects.get().secret) == (409, "the-new-one")


def test_one_in_use_is_not_archived(
    client: Client, owner: User, connection: Connection, url: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    uses = [registry.ConnectionUse("Spring sale", "/a"), registry.ConnectionUse("Win-back", "/b")]
    monkeypatch.setattr(registry, "_uses", [lambda _: uses])
    answer = signed_in(client, owner).post(url("connection_archive", connection=connection.pk), follow=True)
    assert "is used by Spring sale and 1 more" in answer.content.decode()
    assert Connection.objects.get().archived_at is None


def test_everybody_reads_its_health(
    client: Client, viewer: User, connection: Connection, url: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = ConnectionFault("No answer in time", 3, NOW, "/log/1")
    figures = ConnectionFigures(200, 150, NOW, 12, 340, (fault,))
    monkeypatch.setattr(registry, "_figures", [lambda _: figures])
    monkeypatch.setattr(registry, "_health", [(lambda *_: Breaker("open"), lambda *_: None)])
    page = signed_in(client, viewer).get(url("connection_health", connection=connection.pk)).content.decode()
    for words in ("75.0%", "12 ms", "340 ms", "No answer in time", "12 of 20 requests failed", "/log/1"):
        assert words in page, words
    assert "Reset, send now" not in page
    assert client.post(url("connection_reset", connection=connection.pk)).status_code == 403


def test_an_admin_resets_the_breaker(
    client: Client, owner: User, connection: Connection, url: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, str]] = []
    reset = lambda workspace, key: asked.append((workspace, key))  # noqa: E731
    monkeypatch.setattr(registry, "_health", [(lambda *_: Breaker("open"), reset)])
    page = signed_in(client, owner).get(url("connection_health", connection=connection.pk)).content.decode()
    assert "Reset, send now" in page
    assert client.post(url("connection_reset", connection=connection.pk)).status_code == 302
    assert asked == [(connection.workspace_id, f"connection:{connection.pk}")]
    assert AuditEntry.objects.filter(action="connection.reset").exists()


@pytest.mark.parametrize(
    ("connection", "activity", "breaker", "words"),
    [
        (Connection(), ConnectionActivity(), None, "Not used yet"),
        (Connection(), ConnectionActivity(NOW), Breaker(), "Healthy"),
        (Connection(), ConnectionActivity(NOW), Breaker("open"), "Paused, it keeps failing"),
        (Connection(), ConnectionActivity(NOW), Breaker("half_open"), "Probing"),
        (Connection(), ConnectionActivity(NOW), Breaker(asked_until=NOW), "Asked us to wait"),
        (Connection(), ConnectionActivity(failure_at=NOW), None, "Failing"),
        (Connection(), ConnectionActivity(NOW - timedelta(1), "", NOW), None, "Failing"),
        (Connection(client_certificate_expires_at=NOW), ConnectionActivity(NOW), None, "Certificate ended"),
        (
            Connection(client_certificate_expires_at=NOW + timedelta(days=9)),
            ConnectionActivity(NOW),
            None,
            "Certificate ends soon",
        ),
    ],
)
def test_one_word_for_it_all(
    connection: Connection, activity: ConnectionActivity, breaker: Breaker | None, words: str
) -> None:
    assert health_pill(connection, activity, breaker, NOW).words == words


def test_waits_are_said_while_they_are_typed(client: Client, owner: User, url: Ask) -> None:
    ask = {"attempts": "3", "within_seconds": "600", "base_seconds": "5", "max_seconds": "60"}
    page = signed_in(client, owner).get(url("connection_retry_words"), ask).content.decode()
    assert "Up to 3 attempts. Waits at most 5 s and 10 s in between" in page
    assert "Enter numbers" in client.get(url("connection_retry_words"), {"attempts": "x"}).content.decode()


@pytest.mark.parametrize(
    ("retry", "words"),
    [
        (RetryPolicy(), "Waits at most 30 s, 1 min, 2 min and 4 min in between"),
        (RetryPolicy(), "gives up after 1 h."),
        (RetryPolicy(attempts=1), "One attempt, never repeated."),
        (RetryPolicy(within_seconds=0), "One attempt, never repeated."),
        (RetryPolicy(attempts=2), "Up to 2 attempts. Waits at most 30 s in between"),
        (RetryPolicy(attempts=20, within_seconds=86_400), "8 min and so on up to 10 min in between"),
        (RetryPolicy(attempts=20, within_seconds=60), "Up to 3 attempts. Waits at most 30 s and 1 min in between"),
    ],
)
def test_retries_in_words(retry: RetryPolicy, words: str) -> None:
    assert words in retry_words(retry)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.5, "0.5 s"), (90, "1.5 min"), (86_400, "1 day"), (172_800, "2 days")]
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words
