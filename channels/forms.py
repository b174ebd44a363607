"""The connection form: what people enter, read into typed values. How a stored one looks in it: ``form_values``."""

from collections.abc import Mapping
from typing import Any

from django import forms
from pydantic import ValidationError

from channels.errors import ConnectionInvalid
from channels.header_values import EnteredHeader
from channels.models import AuthKind, Connection
from channels.policy import (
    PERIOD_WORDS,
    BodyMatch,
    BreakerRule,
    OAuthSettings,
    Rate,
    RetryPolicy,
    SendPolicy,
    SuccessRule,
)
from channels.policy_values import json_path
from channels.statuses import statuses_read
from channels.values import ConnectionValues, EnteredCertificate
from frontend.rows import rows_from

GUARANTEES = [("at_least_once", "At least once"), ("at_most_once", "At most once")]
RATE_PERIODS = list(PERIOD_WORDS.items())
BODY_RULES = [
    ("none", "The body doesn't matter"),
    ("contains", "The body contains a text"),
    ("lacks", "The body doesn't contain a text"),
    ("json", "A JSON value equals"),
]
BODY_FATES = [("final", "counts as failed"), ("retried", "is tried again")]
BREAKER = [("on", "Pause sending, then probe"), ("off", "Go on sending")]
OAUTH_STYLES = [("basic", "In the Authorization header"), ("body", "In the body of the request")]


class ConnectionForm(forms.Form):
    """Fields that may be missing keep what is stored: the page sends them all, a script need not."""

    name = forms.CharField(max_length=80)
    origin = forms.CharField(max_length=300)
    revision = forms.IntegerField(required=False)
    auth_kind = forms.ChoiceField(choices=AuthKind.choices, required=False)
    username = forms.CharField(max_length=200, required=False, strip=False)
    key_name = forms.CharField(max_length=100, required=False)
    secret = forms.CharField(max_length=4_000, required=False, strip=False)
    signing_secret = forms.CharField(max_length=200, required=False)
    token_url = forms.CharField(max_length=500, required=False)
    client_id = forms.CharField(max_length=300, required=False)
    scope = forms.CharField(max_length=1_000, required=False)
    audience = forms.CharField(max_length=500, required=False)
    oauth_style = forms.ChoiceField(choices=OAUTH_STYLES, required=False)
    client_certificate = forms.CharField(max_length=64_000, required=False)
    client_key = forms.CharField(max_length=64_000, required=False)
    certificate_remove = forms.BooleanField(required=False)
    statuses = forms.CharField(max_length=200)
    body_rule = forms.ChoiceField(choices=BODY_RULES, required=False)
    body_text = forms.CharField(max_length=500, required=False, strip=False)
    body_path = forms.CharField(max_length=200, required=False)
    body_value = forms.CharField(max_length=500, required=False)
    body_fate = forms.ChoiceField(choices=BODY_FATES, required=False)
    rate_count = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)
    rate_per = forms.ChoiceField(choices=RATE_PERIODS, required=False)
    max_in_flight = forms.IntegerField(min_value=1, max_value=1000)
    connect_seconds = forms.FloatField(min_value=0.1, max_value=30)
    total_seconds = forms.FloatField(min_value=0.1, max_value=120)
    guarantee = forms.ChoiceField(choices=GUARANTEES)
    attempts = forms.IntegerField(min_value=1, max_value=20)
    within_seconds = forms.IntegerField(min_value=0, max_value=7 * 86_400)
    base_seconds = forms.FloatField(min_value=0.1, max_value=3_600, required=False)
    max_seconds = forms.FloatField(min_value=0.1, max_value=86_400, required=False)
    retry_statuses = forms.CharField(max_length=200, required=False)
    breaker = forms.ChoiceField(choices=BREAKER, required=False)
    breaker_percent = forms.IntegerField(min_value=1, max_value=100, required=False)
    minimum_calls = forms.IntegerField(min_value=1, max_value=10_000, required=False)
    window_seconds = forms.IntegerField(min_value=5, max_value=3_600, required=False)
    pause_seconds = forms.IntegerField(min_value=1, max_value=3_600, required=False)

    def values(self, connection: Connection | None) -> ConnectionValues:
        """What was entered. Raises ConnectionInvalid for what can't be read."""
        entered, stored = self.cleaned_data, connection.policy if connection else SendPolicy()
        return ConnectionValues(
            name=entered["name"],
            origin=entered["origin"],
            auth_kind=entered["auth_kind"] or AuthKind.NONE,
            username=entered["username"],
            key_name=entered["key_name"],
            secret=entered["secret"] or None,
            policy=_policy(entered, stored, self.data),
            oauth=_oauth(entered, self.data),
            headers=headers_entered(self.data),
            certificate=_certificate(entered),
        )


def headers_entered(data: Mapping[str, Any]) -> tuple[EnteredHeader, ...]:
    plain = (EnteredHeader(row.name, row.value) for row in rows_from(data, "headers"))
    secret = (EnteredHeader(row.name, row.value, secret=True) for row in rows_from(data, "secret_headers"))
    return (*plain, *secret)


def _oauth(entered: dict[str, Any], data: Mapping[str, Any]) -> OAuthSettings | None:
    if entered["auth_kind"] != AuthKind.OAUTH:
        return None
    return OAuthSettings(
        token_url=entered["token_url"],
        client_id=entered["client_id"],
        scope=entered["scope"],
        audience=entered["audience"],
        extra=tuple((row.name, row.value) for row in rows_from(data, "oauth_extra")),
        style=entered["oauth_style"] or "basic",
    )


def _certificate(entered: dict[str, Any]) -> EnteredCertificate | None:
    if entered["certificate_remove"]:
        return EnteredCertificate("")
    if entered["client_certificate"] or entered["client_key"]:
        return EnteredCertificate(entered["client_certificate"] or "(none)", entered["client_key"])
    return None


def _policy(entered: dict[str, Any], stored: SendPolicy, data: Mapping[str, Any]) -> SendPolicy:
    return SendPolicy(
        connect_seconds=entered["connect_seconds"],
        total_seconds=entered["total_seconds"],
        guarantee=entered["guarantee"],
        max_in_flight=entered["max_in_flight"],
        rate=_rate(entered, stored, data),
        success=SuccessRule(statuses=statuses_read(entered["statuses"])),
        success_body=_body(entered, stored),
        retry=_retry(entered, stored.retry, data),
        breaker=_breaker(entered, stored.breaker),
    )


def _rate(entered: dict[str, Any], stored: SendPolicy, data: Mapping[str, Any]) -> Rate | None:
    if "rate_count" not in data:
        return stored.rate
    count = entered["rate_count"]
    return Rate(count=count, per=entered["rate_per"] or "second") if count else None


def _body(entered: dict[str, Any], stored: SendPolicy) -> BodyMatch | None:
    kind = entered["body_rule"]
    if not kind:
        return stored.success_body
    if kind == "none":
        return None
    is_json = kind == "json"
    return BodyMatch(
        kind=kind,
        text="" if is_json else entered["body_text"],
        path=json_path(entered["body_path"]) if is_json else "",
        value=entered["body_value"] if is_json else "",
        retried=entered["body_fate"] == "retried",
    )


def _retry(entered: dict[str, Any], stored: RetryPolicy, data: Mapping[str, Any]) -> RetryPolicy:
    statuses = stored.statuses
    if "retry_statuses" in data:
        statuses = _retry_statuses(entered["retry_statuses"])
    return RetryPolicy(
        attempts=entered["attempts"],
        within_seconds=entered["within_seconds"],
        base_seconds=entered["base_seconds"] or stored.base_seconds,
        max_seconds=entered["max_seconds"] or stored.max_seconds,
        statuses=statuses,
    )


def _retry_statuses(text: str) -> tuple[tuple[int, int], ...]:
    """Empty: no answer is tried again, only what got none."""
    if not text.strip():
        return ()
    try:
        return statuses_read(text)
    except ConnectionInvalid as error:
        raise ConnectionInvalid(error.message, field="retry_statuses") from None


def _breaker(entered: dict[str, Any], stored: BreakerRule) -> BreakerRule:
    percent = entered["breaker_percent"]
    try:
        return BreakerRule(
            enabled=entered["breaker"] == "on" if entered["breaker"] else stored.enabled,
            failure_share=percent / 100 if percent else stored.failure_share,
            minimum_calls=entered["minimum_calls"] or stored.minimum_calls,
            window_seconds=entered["window_seconds"] or stored.window_seconds,
            pause_seconds=entered["pause_seconds"] or stored.pause_seconds,
        )
    except ValidationError as error:
        raise ConnectionInvalid(str(error), field="breaker") from None


class RetryForm(forms.Form):
    """The numbers that make the waits, alone."""

    attempts = forms.IntegerField(min_value=1, max_value=20)
    within_seconds = forms.IntegerField(min_value=0, max_value=7 * 86_400)
    base_seconds = forms.FloatField(min_value=0.1, max_value=3_600)
    max_seconds = forms.FloatField(min_value=0.1, max_value=86_400)

    def policy(self) -> RetryPolicy:
        return RetryPolicy(**self.cleaned_data)
