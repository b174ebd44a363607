from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Role, User, Workspace
from channels.defaults import (
    channel_defaults,
    channel_defaults_set,
    daily_limit_problem,
    daily_limit_take,
    days_forget,
    people_on_day,
)
from channels.errors import ChannelDefaultsInvalid, DailyLimitReached
from channels.models import ChannelDay, ChannelSwitch
from channels.services import channel_switch
from tests.cast import acting, joined, person, signed_in
from webhooks_platform.base.errors import NotAllowed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def defaults_set(
    workspace: Workspace, user: User, zone: str = "", days: int | None = None, limit: int | None = None
) -> None:
    channel_defaults_set(
        actor=acting(user, workspace), kind="webhook", time_zone=zone, retention_days=days, daily_limit=limit
    )


def take(workspace: Workspace, people: int, at: datetime = NOON) -> None:
    daily_limit_take(workspace=workspace, kind="webhook", people=people, at=at)


def test_without_a_choice_the_workspaces_hold(workspace: Workspace) -> None:
    found = channel_defaults(workspace, "webhook")
    assert (found.time_zone, found.retention_days, found.daily_limit) == ("UTC", 30, None)


def test_the_channels_own_go_first(workspace: Workspace, owner: User) -> None:
    defaults_set(workspace, owner, "Europe/Vienna", 7, 500)
    found = channel_defaults(workspace, "webhook")
    assert (found.time_zone, found.retention_days, found.daily_limit) == ("Europe/Vienna", 7, 500)
    assert found.changed_by == owner
    entry = AuditEntry.objects.get(action="channel.defaults_changed")
    assert entry.detail == {"time_zone": "Europe/Vienna", "retention_days": 7, "daily_limit": 500}
    assert not ChannelSwitch.objects.get().enabled


@pytest.mark.parametrize(
    ("zone", "days", "limit", "field"),
    [("Mars/Base", None, None, "time_zone"), ("", 8, None, "retention_days"), ("", None, 0, "daily_limit")],
)
def test_bad_ones_name_their_field(
    workspace: Workspace, owner: User, zone: str, days: int | None, limit: int | None, field: str
) -> None:
    with pytest.raises(ChannelDefaultsInvalid) as refused:
        defaults_set(workspace, owner, zone, days, limit)
    assert refused.value.field == field


def test_a_marketer_may_not(workspace: Workspace, teammate: User) -> None:
    with pytest.raises(NotAllowed):
        defaults_set(workspace, teammate)


def test_a_day_is_counted_up_to_its_limit(workspace: Workspace, owner: User) -> None:
    take(workspace, 60)
    defaults_set(workspace, owner, limit=100)
    assert daily_limit_problem(workspace, "webhook", 41, NOON) == (
        "It is for 41 people, and the channel's limit is 100 a day, of which 60 are taken."
    )
    with pytest.raises(DailyLimitReached, match="of which 60 are taken"):
        take(workspace, 41)
    take(workspace, 40)
    assert people_on_day(workspace, "webhook", NOON) == 100
    take(workspace, 100, NOON + timedelta(days=1))


def test_the_day_begins_in_the_channels_time_zone(workspace: Workspace, owner: User) -> None:
    defaults_set(workspace, owner, "Asia/Tokyo", limit=10)
    take(workspace, 10, datetime(2026, 3, 1, 14, 59, tzinfo=UTC))
    take(workspace, 10, datetime(2026, 3, 1, 15, 1, tzinfo=UTC))
    assert [str(day.day) for day in ChannelDay.objects.order_by("day")] == ["2026-03-01", "2026-03-02"]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_only_those_that_fit_pass(workspace: Workspace, owner: User) -> None:
    defaults_set(workspace, owner, limit=100)

    def launch(_number: int) -> bool:
        try:
            take(workspace, 30)
        except DailyLimitReached:
            return False
        finally:
            database.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(launch, range(6))) == 3
    assert people_on_day(workspace, "webhook", NOON) == 90


def test_old_days_are_forgotten(workspace: Workspace) -> None:
    take(workspace, 1, NOON - timedelta(days=9))
    take(workspace, 1)
    days_forget(now=NOON)
    assert ChannelDay.objects.count() == 1


def test_on_the_page(client: Client, owner: User, workspace: Workspace) -> None:
    page = reverse("manage_channels", kwargs={"workspace": workspace.slug})
    change = reverse("channel_defaults", kwargs={"workspace": workspace.slug, "kind": "webhook"})
    signed_in(client, owner)
    assert client.post(change, {"time_zone": "", "retention_days": "7", "daily_limit": "1,000"}).status_code == 302
    take(workspace, 3, datetime.now(UTC))
    shown = client.get(page).content.decode()
    assert "3 of 1,000 people in launches of today" in shown
    assert "changed by Olivia" in shown
    answer = client.post(change, {"daily_limit": "lots"})
    assert (answer.status_code, "Enter a whole number" in answer.content.decode()) == (422, True)
    assert client.get(change).status_code == 405


def test_of_two_who_change_them_the_second_is_told(client: Client, owner: User, workspace: Workspace) -> None:
    place = {"workspace": workspace.slug}
    page, change = (
        reverse("manage_channels", kwargs=place),
        reverse("channel_defaults", kwargs={**place, "kind": "webhook"}),
    )
    seen = signed_in(client, owner).get(page).context["rows"][0].defaults.revision
    colleague = joined(workspace, person("Adam"), Role.ADMIN)
    defaults_set(workspace, colleague, "Europe/Vienna", 7, 500)
    channel_switch(workspace=workspace, actor=acting(owner, workspace), kind="webhook", enabled=True)
    answer = client.post(change, {"retention_days": "", "daily_limit": "900", "revision": seen})
    said = answer.content.decode()
    assert (answer.status_code, "These defaults were changed meanwhile" in said) == (409, True)
    assert "The defaults of Webhook were changed by Adam on " in said
    assert 'value="900"' in said
    assert f'name="revision" value="{seen}"' in said
    assert channel_defaults(workspace, "webhook").daily_limit == 500
    now = client.get(page).context["rows"][0].defaults.revision
    assert client.post(change, {"daily_limit": "900", "revision": now}).status_code == 302
    assert channel_defaults(workspace, "webhook").daily_limit == 900


def test_a_viewer_reads_them(client: Client, viewer: User, workspace: Workspace) -> None:
    change = reverse("channel_defaults", kwargs={"workspace": workspace.slug, "kind": "webhook"})
    page = signed_in(client, viewer).get(reverse("manage_channels", kwargs={"workspace": workspace.slug}))
    assert "Save defaults" not in page.content.decode()
    assert client.post(change, {}).status_code == 403
