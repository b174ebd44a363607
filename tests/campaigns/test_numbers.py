"""Numbers that browsers and callers send: what is none is refused in words, never with a server error."""

import pytest

from webhooks_platform.base.numbers import number_in, numbers_in

NO_NUMBERS = ("", "-1", "+1", " 1", "1.5", "²", "٣", "1e3", "x", "9" * 19, "9" * 5000)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number(text):
    assert number_in(text) is None


def test_what_is_one():
    assert (number_in("0"), number_in("007"), number_in("9" * 18)) == (0, 7, 10**18 - 1)
    assert numbers_in(["1", "x", "", "2"]) == [1, 2]


@pytest.mark.parametrize("text", ["²", "9" * 5000])
def test_no_page_stumbles_over_one(client, owner, campaign, text):
    client.force_login(owner)
    own = f"/w/acme/campaigns/{campaign.pk}"
    assert client.get(f"{own}/content/people/", {"after": "1", "person": text}).status_code == 200
    assert client.post(f"{own}/rename/", {"name": "New", "revision": text}).status_code == 409
    assert client.post(f"{own}/setup/", {"name": "New", "revision": text}).status_code == 422
    assert client.get("/w/acme/segments/numbers/", {"id": text}).status_code == 200
