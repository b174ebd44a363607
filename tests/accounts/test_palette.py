"""⌘K over a real workspace: what each room finds, for whom, and at what cost."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User, Workspace
from audience.models import Profile, Segment
from audience.palette import _begins_with
from campaigns.models import Campaign
from channels.models import Connection
from tests.cast import signed_in
from tests.things import things_of

Ask = Callable[..., dict[str, list[tuple[str, str]]]]
GROUP = re.compile(r'role="group" aria-label="([^"]+)">(.*?)</div>\s*(?=<div role="group"|$)', re.S)
HIT = re.compile(r'href="([^"]+)".*?palette-label">([^<]*)<')


@pytest.fixture
def found(client: Client, workspace: Workspace) -> Ask:
    """What a member finds: addresses and names by heading."""

    def ask(user: User, query: str) -> dict[str, list[tuple[str, str]]]:
        url = reverse("palette", kwargs={"workspace": workspace.slug})
        answer = signed_in(client, user).get(url, {"q": query})
        assert answer.status_code == 200
        groups = GROUP.findall(answer.content.decode().strip())
        return {heading: [(url, unescape(name)) for url, name in HIT.findall(hits)] for heading, hits in groups}

    return ask


@pytest.fixture
def things(workspace: Workspace) -> dict[str, int | str]:
    return things_of(workspace)


@pytest.mark.parametrize(
    ("query", "heading", "name"),
    [
        ("spring", "Campaigns", "Spring sale"),
        ("task", "Templates", "CRM task"),
        ("a.example", "Connections", "CRM"),
        ("U_", "Profiles", "u_1"),
        ("every", "Segments", "Everybody"),
        ("olivia", "Members", "Olivia"),
    ],
)
def test_each_room_finds_its_things(
    owner: User, things: dict[str, int | str], found: Ask, client: Client, query: str, heading: str, name: str
) -> None:
    User.objects.filter(pk=owner.pk).update(name="Olivia")
    [(url, label)] = found(owner, query)[heading]
    assert label == name
    assert client.get(url).status_code == 200


def test_a_viewer_is_led_to_pages_that_let_viewers_in(
    things: dict[str, int | str], viewer: User, found: Ask, client: Client
) -> None:
    Segment.objects.update(name="CRM people")
    hits = found(viewer, "crm")
    assert {"Templates", "Connections", "Segments"} <= hits.keys()
    assert {client.get(url).status_code for group in hits.values() for url, _ in group} == {200}


def test_nothing_of_another_workspace_is_found(outsider: User, things: dict[str, int | str], found: Ask) -> None:
    theirs = outsider.workspaces.get()
    Profile.objects.create(workspace=theirs, user_id="spring-1")
    Campaign.objects.create(workspace=theirs, name="Spring of theirs")
    owner = User.objects.get(memberships__workspace__slug="acme")
    assert [name for hits in found(owner, "spring").values() for _, name in hits] == ["Spring sale"]


def test_archived_things_are_left_out(owner: User, workspace: Workspace, found: Ask) -> None:
    Campaign.objects.create(workspace=workspace, name="Old sale", status="archived")
    assert found(owner, "old") == {}


def test_people_are_found_by_the_beginnings_of_several_words(owner: User, workspace: Workspace, found: Ask) -> None:
    Profile.objects.create(workspace=workspace, user_id="u-9", first_name="Ada", last_name="Lovelace")
    Profile.objects.create(workspace=workspace, user_id="u-8", first_name="Ada", last_name="Byron")
    assert [name for _, name in found(owner, "lov ada")["Profiles"]] == ["Ada Lovelace"]
    assert found(owner, "ovelace") == {}


@pytest.mark.parametrize("query", ["%", "_", "\\", "<script>", "'", "\x00"])
def test_odd_letters_find_nothing_and_break_nothing(
    owner: User, things: dict[str, int | str], found: Ask, query: str
) -> None:
    assert all(name == "u_1" for hits in found(owner, query).values() for _, name in hits)


def test_it_takes_as_many_queries_for_many_things(
    client: Client, owner: User, workspace: Workspace, things: dict[str, int | str]
) -> None:
    url = reverse("palette", kwargs={"workspace": workspace.slug})
    signed_in(client, owner).get(url, {"q": "s"})

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url, {"q": "s"})
        return len(captured)

    few = queries()
    for n in range(25):
        Campaign.objects.create(workspace=workspace, name=f"Sale {n}")
        Profile.objects.create(workspace=workspace, user_id=f"s{n}")
        Segment.objects.create(workspace=workspace, name=f"Some {n}")
        Connection.objects.create(workspace=workspace, name=f"System {n}", origin="https://s.example")
    assert queries() == few


def test_people_are_searched_by_an_index(workspace: Workspace) -> None:
    Profile.objects.bulk_create(Profile(workspace=workspace, user_id=f"u{n}") for n in range(2000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audience_profile")
    rows: Any = Profile.objects.filter(_begins_with("nobody"), workspace=workspace)
    plan = rows.order_by("pk")[:5].explain()
    assert "profile_user_id_start" in plan
    assert "profile_last_start" in plan
