"""The connection form: what people enter, and how a stored connection looks in it. Never a secret."""

from typing import Any

from django import forms

from channels.models import AuthKind, Connection, RetryPolicy, SendPolicy, SuccessRule
from channels.statuses import statuses_read, statuses_text
from channels.values import ConnectionValues

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
GUARANTEES = [
    ("at_least_once", "At least once"),
    ("at_most_once", "At most once"),
]


class ConnectionForm(forms.Form):
    name = forms.CharField(max_length=80)
    origin = forms.CharField(max_length=300)
    auth_kind = forms.ChoiceField(choices=AuthKind.choices, required=False)
    username = forms.CharField(max_length=200, required=False, strip=False)
    key_name = forms.CharField(max_length=100, required=False)
    secret = forms.CharField(max_length=4_000, required=False, strip=False)
    connect_seconds = forms.FloatField(min_value=0.1, max_value=30)
    total_seconds = forms.FloatField(min_value=0.1, max_value=120)
    attempts = forms.IntegerField(min_value=1, max_value=20)
    within_seconds = forms.IntegerField(min_value=0, max_value=7 * 86_400)
    statuses = forms.CharField(max_length=200)
    guarantee = forms.ChoiceField(choices=GUARANTEES)
    max_in_flight = forms.IntegerField(min_value=1, max_value=1000)

    def values(self, stored: SendPolicy) -> ConnectionValues:
        """What was entered; parts of the policy that the form doesn't offer stay as stored.

        Raises ConnectionInvalid for a status that can't be read.
        """
        entered = self.cleaned_data
        return ConnectionValues(
            name=entered["name"],
            origin=entered["origin"],
            auth_kind=entered["auth_kind"] or AuthKind.NONE,
            username=entered["username"],
            key_name=entered["key_name"],
            secret=entered["secret"] or None,
            policy=_policy(entered, stored),
        )


def _policy(entered: dict[str, Any], stored: SendPolicy) -> SendPolicy:
    retry = {"attempts": entered["attempts"], "within_seconds": entered["within_seconds"]}
    return SendPolicy(
        connect_seconds=entered["connect_seconds"],
        total_seconds=entered["total_seconds"],
        guarantee=entered["guarantee"],
        max_in_flight=entered["max_in_flight"],
        success=SuccessRule(statuses=statuses_read(entered["statuses"])),
        retry=RetryPolicy(**{**stored.retry.model_dump(), **retry}),
    )


def initial_values(connection: Connection | None) -> dict[str, Any]:
    """A stored connection, or the defaults, as the form shows them."""
    shown = connection or Connection()
    policy = shown.policy
    return {
        **{name: getattr(shown, name) for name in ("name", "origin", "auth_kind", "username", "key_name")},
        "connect_seconds": f"{policy.connect_seconds:g}",
        "total_seconds": f"{policy.total_seconds:g}",
        "attempts": policy.retry.attempts,
        "within_seconds": policy.retry.within_seconds,
        "statuses": statuses_text(policy.success.statuses),
        "guarantee": policy.guarantee,
        "max_in_flight": policy.max_in_flight,
    }


def periods_offered(current: Any) -> list[tuple[int, str]]:
    """The choices for "within", with a stored value that is none of them."""
    known = dict(PERIODS)
    if str(current).isdigit() and int(current) not in known:
        known[int(current)] = f"{int(current):,} seconds"
    return sorted(known.items())
