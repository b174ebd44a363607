"""The guides of docs as pages of the product."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from campaigns.errors import GuideNotFound
from campaigns.guides import PATHS, guide_page, guide_picture
from campaigns.models import Campaign
from tests import cast
from tests.things import things_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", PATHS)
def test_every_guide_has_a_title_and_links_that_lead_somewhere(name: str) -> None:
    guide = guide_page(name, "acme")
    assert guide.title
    assert "<h1" not in guide.html
    assert 'href="../' not in guide.html
    assert 'src="../' not in guide.html


@pytest.mark.parametrize("name", PATHS)
def test_the_contents_name_every_part(name: str) -> None:
    guide = guide_page(name, "acme")
    assert len(guide.sections) == guide.html.count("<h2 ")
    assert all(f'<h2 id="{section.id}">' in guide.html for section in guide.sections)
    assert not [section.title for section in guide.sections if "`" in section.title or "*" in section.title]


def test_links_and_pictures_stay_within_the_workspace(client: Client, owner: User, workspace: Workspace) -> None:
    help_page = cast.signed_in(client, owner).get(reverse("help", kwargs={"workspace": workspace.slug}))
    address = reverse("guide", kwargs={"workspace": workspace.slug, "guide": "marketer"})
    assert address in help_page.content.decode()
    html = client.get(address).content.decode()
    assert f'src="/w/{workspace.slug}/help/pictures/run_detail-1440.png"' in html
    assert 'width="1440"' in html
    picture = client.get(f"/w/{workspace.slug}/help/pictures/run_detail-1440.png")
    assert picture.headers["Content-Type"] == "image/png"
    assert b"".join(picture).startswith(b"\x89PNG")


def test_what_is_no_guide_is_not_found(client: Client, owner: User, workspace: Workspace) -> None:
    cast.signed_in(client, owner)
    assert client.get(f"/w/{workspace.slug}/help/guides/secrets/").status_code == 404
    assert client.get(f"/w/{workspace.slug}/help/pictures/account-390.png").status_code == 404
    with pytest.raises(GuideNotFound):
        guide_picture("../../pyproject")


# Pages that lead to a guide, and the parts of the guides that they lead to.
LEARN_MORE = {
    "campaign_content": ["marketer#values-of-a-person"],
    "campaign_audience": ["marketer#segments"],
    "segment_new": ["marketer#segments"],
    "segments": ["marketer#segments"],
    "import_new": ["marketer#people"],
    "manage_channels": ["marketer#the-channel"],
    "connections": ["engineer#connections"],
    "connection_edit": ["engineer#connections", "engineer#retries", "engineer#what-we-send"],
    "notifications_log": ["marketer#reading-the-log"],
    "templates": ["marketer#templates"],
    "template_presets": ["marketer#templates"],
}
GUIDE_LINK = re.compile(r'<a class="guide-link" href="/w/acme/help/guides/(\w+)/#([\w-]+)">Learn more<span[^>]*> about')


@pytest.mark.parametrize("name", LEARN_MORE)
def test_pages_lead_to_the_part_of_a_guide_that_is_about_them(
    client: Client, owner: User, workspace: Workspace, name: str
) -> None:
    things = things_of(workspace)
    Campaign.objects.update(channel="webhook")
    kept = {"campaign_content": ["campaign"], "campaign_audience": ["campaign"], "connection_edit": ["connection"]}
    address = reverse(name, kwargs={"workspace": "acme"} | {kind: things[kind] for kind in kept.get(name, [])})
    links = GUIDE_LINK.findall(cast.signed_in(client, owner).get(address).content.decode())
    assert sorted(f"{guide}#{section}" for guide, section in links) == LEARN_MORE[name]
    assert all(f'id="{section}"' in guide_page(guide, "acme").html for guide, section in links)
