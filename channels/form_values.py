"""How a stored connection, or the defaults, look in the connection form. Never a secret."""

from collections.abc import Mapping
from typing import Any

from channels.forms import BODY_FATES, BODY_RULES, BREAKER, GUARANTEES, OAUTH_STYLES, RATE_PERIODS
from channels.models import AuthKind, Connection
from channels.policy import OAuthSettings, SendPolicy
from channels.statuses import statuses_text
from channels.summaries import (
    breaker_words,
    certificate_words,
    headers_words,
    pace_words,
    retry_words,
    success_words,
    timeout_words,
)
from frontend.rows import Row, rows_from

PERIODS = [
    (0, "at once only"),
    (60, "1 minute"),
    (600, "10 minutes"),
    (3_600, "1 hour"),
    (21_600, "6 hours"),
    (86_400, "1 day"),
    (259_200, "3 days"),
    (604_800, "7 days"),
]
# A part of the form is unfolded when one of its fields has a problem.
PARTS: dict[str, tuple[str, ...]] = {
    "headers": ("headers", "secret_headers"),
    "certificate": ("client_certificate", "client_key"),
    "success": ("statuses", "body_"),
    "pace": ("rate_", "max_in_flight"),
    "timeouts": ("connect_seconds", "total_seconds", "guarantee"),
    "retries": ("attempts", "within_seconds", "base_seconds", "max_seconds", "retry_statuses"),
    "breaker": ("breaker", "minimum_calls", "window_seconds", "pause_seconds"),
}


def initial_values(connection: Connection | None) -> dict[str, Any]:
    """By the names of the form's fields."""
    shown = connection or Connection()
    return {
        **{name: getattr(shown, name) for name in ("name", "origin", "auth_kind", "username", "key_name", "revision")},
        **_oauth_values(shown.oauth),
        **_policy_values(shown.policy),
    }


def _oauth_values(oauth: OAuthSettings | None) -> dict[str, Any]:
    if oauth is None:
        return {"token_url": "", "client_id": "", "scope": "", "audience": "", "oauth_style": "basic"}
    return {**oauth.model_dump(include={"token_url", "client_id", "scope", "audience"}), "oauth_style": oauth.style}


def _policy_values(policy: SendPolicy) -> dict[str, Any]:
    retry, breaker, body = policy.retry, policy.breaker, policy.success_body
    return {
        "connect_seconds": f"{policy.connect_seconds:g}",
        "total_seconds": f"{policy.total_seconds:g}",
        "guarantee": policy.guarantee,
        "max_in_flight": policy.max_in_flight,
        "rate_count": policy.rate.count if policy.rate else "",
        "rate_per": policy.rate.per if policy.rate else "second",
        "statuses": statuses_text(policy.success.statuses),
        "body_rule": body.kind if body else "none",
        "body_text": body.text if body else "",
        "body_path": body.path if body else "",
        "body_value": body.value if body else "",
        "body_fate": "retried" if body and body.retried else "final",
        "attempts": retry.attempts,
        "within_seconds": retry.within_seconds,
        "base_seconds": f"{retry.base_seconds:g}",
        "max_seconds": f"{retry.max_seconds:g}",
        "retry_statuses": statuses_text(retry.statuses),
        "breaker": "on" if breaker.enabled else "off",
        "breaker_percent": round(breaker.failure_share * 100),
        "minimum_calls": breaker.minimum_calls,
        "window_seconds": breaker.window_seconds,
        "pause_seconds": breaker.pause_seconds,
    }


def form_rows(connection: Connection | None, data: Mapping[str, Any]) -> dict[str, list[Row]]:
    """What was typed, else what is stored; of a secret one only its name."""
    if data:
        secret = [Row(row.name, "", enabled=True) for row in rows_from(data, "secret_headers")]
        return {
            "header_rows": list(rows_from(data, "headers")),
            "secret_header_rows": secret,
            "oauth_rows": list(rows_from(data, "oauth_extra")),
        }
    headers = connection.headers_shown if connection else ()
    oauth = connection.oauth if connection else None
    return {
        "header_rows": [Row(each.name, each.value, enabled=True) for each in headers if not each.secret],
        "secret_header_rows": [Row(each.name, "", enabled=True) for each in headers if each.secret],
        "oauth_rows": [Row(name, value, enabled=True) for name, value in (oauth.extra if oauth else ())],
    }


def parts(connection: Connection | None, errors: Mapping[str, str]) -> dict[str, tuple[str, bool]]:
    """For each part that can be folded: what is stored in a sentence, and whether it must be open."""
    policy = connection.policy if connection else SendPolicy()
    words = {
        "headers": headers_words(connection),
        "certificate": certificate_words(connection),
        "success": success_words(policy),
        "pace": pace_words(policy),
        "timeouts": timeout_words(policy),
        "retries": retry_words(policy.retry),
        "breaker": breaker_words(policy.breaker),
    }
    return {part: (text, any(name.startswith(PARTS[part]) for name in errors)) for part, text in words.items()}


def choices(within_seconds: Any) -> dict[str, Any]:
    return {
        "auth_kinds": AuthKind.choices,
        "oauth_styles": OAUTH_STYLES,
        "guarantees": GUARANTEES,
        "rate_periods": RATE_PERIODS,
        "body_rules": BODY_RULES,
        "body_fates": BODY_FATES,
        "breaker_choices": BREAKER,
        "periods": periods_offered(within_seconds),
    }


def periods_offered(current: Any) -> list[tuple[int, str]]:
    """The choices for "within", with a stored value that is none of them."""
    known = dict(PERIODS)
    if str(current).isdigit() and int(current) not in known:
        known[int(current)] = f"{int(current):,} seconds"
    return sorted(known.items())
