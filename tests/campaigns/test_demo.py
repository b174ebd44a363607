from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User, Workspace
from audience.choice import AudienceChoice
from audience.models import Profile, Segment
from audience.segments import segment_save
from audience.selection import profiles_chosen
from campaigns.demo import EMAIL, PASSWORD, demo_load
from campaigns.models import Campaign
from campaigns.problems import campaign_problems
from channels.models import ChannelKind, Connection
from channels.selectors import channel_enabled
from tests.cast import acting

RECEIVER = "http://127.0.0.1:9000"


@pytest.fixture
def demo(db: None) -> Workspace:
    return demo_load(RECEIVER)


def test_the_demo_campaign_is_ready_to_launch(demo: Workspace) -> None:
    assert (demo.slug, demo.name) == ("acme", "Acme Inc.")
    assert channel_enabled(demo, ChannelKind.WEBHOOK)
    assert campaign_problems(Campaign.objects.get(), now=timezone.now()) == ()


def test_the_people_are_as_uneven_as_real_ones(demo: Workspace) -> None:
    people = Profile.objects.filter(workspace=demo)
    assert people.count() == 200
    assert people.filter(is_test=True).count() == 3
    assert people.filter(first_name='Zoë "Z"', last_name="O'Neil").exists()
    assert 10 <= people.filter(first_name="").count() <= 20
    assert people.filter(email="").exists()


def test_each_segment_holds_some_of_them(demo: Workspace) -> None:
    for segment in Segment.objects.all():
        chosen = profiles_chosen(demo, AudienceChoice(kind="segment", segment_id=segment.pk)).count()
        assert 10 < chosen < 190


def test_loading_again_changes_nothing(demo: Workspace) -> None:
    before = AuditEntry.objects.count()
    demo_load(RECEIVER)
    assert AuditEntry.objects.count() == before
    assert Campaign.objects.count() == Workspace.objects.count() == 1


def test_what_people_changed_stays(demo: Workspace) -> None:
    owner = acting(User.objects.get(), demo)
    Profile.objects.all().delete()
    Campaign.objects.all().delete()
    kept = Segment.objects.latest("id")
    segment_save(actor=owner, name="Mine", rules=kept.rules, segment=kept)
    demo_load(RECEIVER)
    assert not Profile.objects.exists()
    assert not Campaign.objects.exists()
    assert Segment.objects.filter(name="Mine").exists()


def test_the_draft_follows_a_receiver_that_moved(demo: Workspace) -> None:
    demo_load("http://127.0.0.1:9001")
    assert Connection.objects.get().origin == "http://127.0.0.1:9001"
    assert Campaign.objects.get().content.url == "http://127.0.0.1:9001/200"


def test_without_a_receiver_there_is_no_connection(db: None) -> None:
    demo_load("")
    assert not Connection.objects.exists()


def test_the_command_says_how_to_sign_in(db: None, client: Client) -> None:
    said = StringIO()
    call_command("load_demo", stdout=said)
    assert f"Sign in as {EMAIL} with the password {PASSWORD}" in said.getvalue()
    assert client.login(username=EMAIL, password=PASSWORD) or client.login(email=EMAIL, password=PASSWORD)
