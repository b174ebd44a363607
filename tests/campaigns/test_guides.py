"""The guides of docs as pages of the product."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from campaigns.errors import GuideNotFound
from campaigns.guides import PATHS, guide_page, guide_picture
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", PATHS)
def test_every_guide_has_a_title_and_links_that_lead_somewhere(name: str) -> None:
    guide = guide_page(name, "acme")
    assert guide.title
    assert "<h1" not in guide.html
    assert 'href="../' not in guide.html
    assert 'src="../' not in guide.html


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
