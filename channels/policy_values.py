"""What a policy needs beyond the bounds of its fields: parts that fit together. Pure; raises ConnectionInvalid."""

import re

from channels.errors import ConnectionInvalid
from channels.policy import BodyMatch, OAuthSettings, SendPolicy

_VISIBLE = re.compile(r"[\x20-\x7e]+")
_INDEX = re.compile(r"\[(\d+)\]")


def policy_check(policy: SendPolicy) -> None:
    if policy.connect_seconds > policy.total_seconds:
        raise ConnectionInvalid(
            "Connecting can't take longer than the whole request. Raise the total or lower this.",
            field="connect_seconds",
        )
    if policy.retry.base_seconds > policy.retry.max_seconds:
        raise ConnectionInvalid("The first wait can't be longer than the longest.", field="base_seconds")
    if not policy.success.statuses:
        raise ConnectionInvalid("Name at least one status that counts as delivered.", field="statuses")
    _check_statuses(policy.success.statuses, "statuses")
    _check_statuses(policy.retry.statuses, "retry_statuses")
    if policy.success_body is not None:
        _check_body(policy.success_body)


def _check_statuses(ranges: tuple[tuple[int, int], ...], field: str) -> None:
    if not all(100 <= low <= high <= 599 for low, high in ranges):
        raise ConnectionInvalid("A range of statuses lies within 100 and 599, the lower one first.", field=field)


def _check_body(rule: BodyMatch) -> None:
    if rule.kind == "json" and not rule.path:
        raise ConnectionInvalid("Enter where in the answer it stands, such as data.ok.", field="body_path")
    if rule.kind == "json" and not rule.value:
        raise ConnectionInvalid("Enter the value that it must have, such as true.", field="body_value")
    if rule.kind != "json" and not rule.text:
        raise ConnectionInvalid("Enter the text to look for.", field="body_text")


def json_path(text: str) -> str:
    """``$.data[0].ok`` as it is stored: ``data.0.ok``."""
    return _INDEX.sub(r".\1", text.strip().removeprefix("$")).strip(".")


def oauth_check(oauth: OAuthSettings | None) -> OAuthSettings:
    if oauth is None or not oauth.client_id:
        raise ConnectionInvalid("Enter the client id.", field="client_id")
    named = {"client_id": oauth.client_id, "scope": oauth.scope, "audience": oauth.audience}
    for field, value in named.items():
        if value and not _VISIBLE.fullmatch(value):
            raise ConnectionInvalid("Use plain characters, without accents and line breaks.", field=field)
    reserved = {"grant_type", "client_id", "client_secret", "scope", "audience"}
    for index, (name, value) in enumerate(oauth.extra):
        if not name or not value or name in reserved:
            raise ConnectionInvalid(
                "A further parameter has a name and a value, and isn't one of those above.",
                field=f"oauth_extra.{index}.name",
            )
    return oauth
