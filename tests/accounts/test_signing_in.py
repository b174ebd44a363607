import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User, Workspace
from tests.cast import PASSWORD, person, signed_in, workspace_with

NEW = {"name": "Nina", "email": "Nina@Example.com", "password1": "a-long-enough-password"}
PAGES = [
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
]
OWN_PAGES = ["account", "account_change_password", "account_logout", "workspace_create"]


@pytest.fixture(autouse=True)
def _no_rate_limits(settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.mark.parametrize("name", PAGES)
def test_each_page_of_the_way_in_has_our_look(client: Client, db: None, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert b"dist/app.css" in answer.content


@pytest.mark.parametrize("name", OWN_PAGES)
def test_each_page_of_ones_own_account_has_our_look(client: Client, owner: User, name: str) -> None:
    answer = signed_in(client, owner).get(reverse(name))
    assert answer.status_code == 200
    assert b"dist/app.css" in answer.content


def test_setting_a_password_again_leads_to_changing_it(client: Client, owner: User) -> None:
    answer = signed_in(client, owner).get(reverse("account_set_password"))
    assert answer.headers["Location"] == reverse("account_change_password")


@pytest.mark.parametrize("path", ["email/", "reauthenticate/", "login/code/confirm/", "login/code/"])
def test_pages_of_the_library_that_we_do_not_use_do_not_exist(client: Client, owner: User, path: str) -> None:
    assert signed_in(client, owner).get(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize("key", ["no-such-key", "1-bad"])
def test_a_bad_link_is_explained(client: Client, db: None, key: str) -> None:
    answer = client.get(reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": key}), follow=True)
    assert "doesn&#x27;t work any more" in answer.content.decode() or "doesn't work any more" in answer.content.decode()
    assert b"work any more" in client.get(reverse("account_confirm_email", kwargs={"key": key})).content


def test_signing_up_leads_to_a_workspace_of_ones_own(client: Client, db: None) -> None:
    answer = client.post(reverse("account_signup"), NEW, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("workspace_create")
    user = User.objects.get()
    assert (user.email, user.name) == ("nina@example.com", "Nina")
    client.post(reverse("workspace_create"), {"name": "Nina & Co.", "time_zone": "Europe/Berlin"})
    workspace = Workspace.objects.get()
    assert (workspace.slug, workspace.time_zone) == ("nina-co", "Europe/Berlin")
    assert workspace.memberships.get().role == "owner"


@pytest.mark.parametrize("change", [{"name": ""}, {"email": "nobody"}, {"password1": "short"}])
def test_sign_up_says_what_is_wrong(client: Client, db: None, change: dict[str, str]) -> None:
    answer = client.post(reverse("account_signup"), NEW | change)
    assert b"field-error" in answer.content
    assert not User.objects.exists()


def test_an_address_can_not_sign_up_twice(client: Client, owner: User) -> None:
    answer = client.post(reverse("account_signup"), NEW | {"email": "OLIVIA@example.com"})
    assert b"already" in answer.content
    assert User.objects.count() == 1


def test_closed_sign_up_says_so(client: Client, db: None, settings: Any) -> None:
    settings.SIGN_UP_OPEN = False
    assert b"Sign-up is closed" in client.get(reverse("account_signup")).content
    client.post(reverse("account_signup"), NEW)
    assert not User.objects.exists()


def test_signing_in_and_out(client: Client, owner: User, workspace: Workspace) -> None:
    answer = client.post(reverse("account_login"), {"login": "Olivia@Example.com", "password": PASSWORD})
    assert answer.headers["Location"] == reverse("home")
    assert client.get(reverse("home")).headers["Location"] == reverse("workspace_home", args=[workspace.slug])
    assert client.get(reverse("account_logout")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("home")).headers["Location"].startswith(reverse("account_login"))


def test_a_wrong_password_is_refused(client: Client, owner: User) -> None:
    answer = client.post(reverse("account_login"), {"login": owner.email, "password": "wrong"})
    assert b"alert-bad" in answer.content


def test_too_many_tries_get_a_page_of_ours(client: Client, owner: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"signup": "1/m/ip"}
    answers = [client.post(reverse("account_signup"), NEW | {"name": ""}) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert b"dist/app.css" in answers[-1].content


def test_a_forgotten_password_is_reset_by_mail(client: Client, owner: User) -> None:
    client.post(reverse("account_reset_password"), {"email": owner.email})
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body))
    assert link
    page = client.get(link[1], follow=True)
    new = {"password1": "another-long-password", "password2": "another-long-password"}
    client.post(page.redirect_chain[-1][0], new)
    assert User.objects.get().check_password("another-long-password")


def test_where_mail_goes_to_the_log_the_page_says_so(client: Client, db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert b"no mail server" in client.get(reverse("account_reset_password_done")).content


def test_changing_the_password(client: Client, owner: User) -> None:
    new = {"oldpassword": PASSWORD, "password1": "another-long-password", "password2": "another-long-password"}
    answer = signed_in(client, owner).post(reverse("account_change_password"), new)
    assert answer.headers["Location"] == reverse("account")
    assert User.objects.get().check_password("another-long-password")


def test_changing_ones_name(client: Client, owner: User) -> None:
    signed_in(client, owner).post(reverse("account"), {"name": " Olivia Pope "})
    assert User.objects.get().name == "Olivia Pope"
    assert client.post(reverse("account"), {"name": ""}).status_code == 422


def test_home_offers_a_choice_of_several_workspaces(client: Client, workspace: Workspace, owner: User) -> None:
    workspace_with(owner, name="Beta")
    page = signed_in(client, owner).get(reverse("home")).content.decode()
    assert "Acme" in page
    assert "Beta" in page


@pytest.mark.parametrize("data", [{"name": "", "time_zone": "UTC"}, {"name": "X", "time_zone": "Mars/Base"}])
def test_a_workspace_needs_a_name_and_a_time_zone(client: Client, db: None, data: dict[str, str]) -> None:
    answer = signed_in(client, person("Nina")).post(reverse("workspace_create"), data)
    assert answer.status_code == 422
    assert not Workspace.objects.exists()


@pytest.mark.parametrize("name", ["home", "account", "workspace_create"])
def test_signed_out_people_are_asked_to_sign_in(client: Client, db: None, name: str) -> None:
    assert client.get(reverse(name)).headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["home", "account", "workspace_create"])
def test_a_wrong_method_is_refused(client: Client, owner: User, name: str) -> None:
    assert signed_in(client, owner).delete(reverse(name)).status_code == 405


def test_where_addresses_must_be_confirmed_a_link_does_it(client: Client, db: None, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    answer = client.post(reverse("account_signup"), NEW)
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    assert client.get(reverse("home")).status_code == 302
    message = mail.outbox[0]
    assert (message.subject, message.to) == ("Confirm your e-mail address", ["nina@example.com"])
    link = re.search(r"http://testserver(\S+)", str(message.body))
    assert link
    assert b"Is nina@example.com your address?" in client.get(link[1]).content
    client.post(link[1])
    client.post(reverse("account_login"), {"login": "nina@example.com", "password": NEW["password1"]})
    assert client.get(reverse("home")).headers["Location"] == reverse("workspace_create")


def test_a_message_is_in_our_words(client: Client, owner: User) -> None:
    client.post(reverse("account_reset_password"), {"email": owner.email})
    assert mail.outbox[0].subject == "Choose a new password"
    assert str(mail.outbox[0].body).startswith("Somebody, hopefully you")
