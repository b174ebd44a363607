"""What Review says of the destination without calling it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.destination import destination_findings
from channels import registry
from channels.policy import BreakerRule
from outbound.addresses import AddressPolicy
from outbound.judged import host_judged, look_up
from templates_lib.content import WebhookContent

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def names(**known):
    return lambda host, port: known.get(host.partition(".")[0], (host,) if host[0].isdigit() or ":" in host else ())


def findings(campaign, url, connection=None, **known):
    campaign.content = WebhookContent(url=url)
    return list(destination_findings(campaign, connection, now=NOW, lookup=names(**known)))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://10.0.0.7/x", "10.0.0.7 is not a public address (private)"),
        ("https://169.254.169.254/latest", "cloud metadata"),
        ("https://[::1]/x", "loopback"),
        ("https://inside.example/{{ user_id }}", "to inside.example: it leads to an address that isn't public."),
        ("https://public.example:8443/x", "port 8443 is not open"),
    ],
)
def test_a_blocked_address_is_an_error_at_the_url(campaign, url, words):
    [found] = findings(campaign, url, inside=("192.168.3.4",), public=("93.184.216.34",))
    assert (found.field, found.severity) == ("url", "error")
    assert words in found.message


def test_where_a_name_leads_to_is_not_told(campaign):
    [found] = findings(campaign, "https://inside.example/x", inside=("192.168.3.4",))
    assert "192.168" not in str(found)
    assert "private" not in str(found)
    assert "OUTBOUND_ALLOWED_ADDRESSES" in found.hint


def test_a_closed_port_says_which_setting_opens_it(campaign):
    [found] = findings(campaign, "https://public.example:8443/x", public=("93.184.216.34",))
    assert "OUTBOUND_PORTS" in found.hint


def test_a_name_that_is_not_found_is_a_warning(campaign):
    [found] = findings(campaign, "https://nowhere.example/x")
    assert (found.severity, found.message) == ("warning", "The address of nowhere.example can't be found right now.")


def test_one_public_address_is_enough_and_a_host_chosen_by_a_value_is_not_judged(campaign):
    assert findings(campaign, "https://both.example/x", both=("10.0.0.1", "93.184.216.34")) == []
    assert findings(campaign, "https://{{ region }}.example.com/x") == []
    assert findings(campaign, "") == []


def test_an_address_that_the_operator_allows_is_no_problem():
    policy = AddressPolicy(allowed=frozenset({("127.0.0.1", 9000)}))
    assert not host_judged("127.0.0.1", 9000, lookup=names(), policy=policy).blocked
    assert host_judged("127.0.0.1", 9001, lookup=names(), policy=policy).blocked


def test_a_proxy_that_judges_is_left_to_judge(settings):
    settings.OUTBOUND_PROXY = "http://proxy.example:3128"
    assert host_judged("10.0.0.7", 80, lookup=names()).blocked
    settings.OUTBOUND_PROXY_ENFORCES = True
    assert not host_judged("10.0.0.7", 80, lookup=names()).blocked


def test_a_number_is_looked_up_as_itself():
    assert look_up("127.0.0.1", 80) == ("127.0.0.1",)


@dataclass(frozen=True)
class Health:
    state: str
    until: datetime | None = None
    failures: int = 8
    calls: int = 10


@pytest.mark.parametrize(("state", "expected"), [("closed", 0), ("open", 1), ("half_open", 1)])
def test_a_destination_that_is_failing_is_a_warning(campaign, monkeypatch, state, expected):
    health = Health(state, NOW + timedelta(minutes=1))
    asked = []

    def ask(*key):
        asked.append(key)
        return health

    monkeypatch.setattr(registry, "_health", [(ask, ask)])
    found = findings(campaign, "https://public.example/x", public=("93.184.216.34",))
    assert asked == [(campaign.workspace_id, "origin:https://public.example", BreakerRule())]
    assert len(found) == expected
    assert all("8 of its latest 10 requests failed" in each.message and "12:01 UTC" in each.message for each in found)


def test_the_time_until_it_is_held_back_is_the_workspace_s(campaign, monkeypatch):
    campaign.workspace.time_zone = "Europe/Vienna"
    held_back = Health("open", NOW + timedelta(minutes=1))
    monkeypatch.setattr(registry, "_health", [(lambda *_: held_back, lambda *_: held_back)])
    [found] = findings(campaign, "https://public.example/x", public=("93.184.216.34",))
    assert "is held back until 13:01 CET." in found.message
