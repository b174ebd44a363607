from django.test import Client

from accounts.models import User, Workspace
from tests.cast import signed_in
from tests.notifications.ledger import failed_made, notification_made, profile_made, queries_of, run_made


def page_of(workspace: Workspace, user_id: str) -> str:
    return f"/w/{workspace.slug}/profiles/{profile_made(workspace, user_id).pk}/"


def test_a_persons_page_shows_what_was_sent_to_them(client: Client, viewer: User, workspace: Workspace) -> None:
    reader = signed_in(client, viewer)
    run = run_made(workspace)
    row = failed_made(run, "ada")
    notification_made(run_made(workspace, campaign_name="For others"), "bob")
    html = reader.get(page_of(workspace, "ada")).content.decode()
    assert "The destination refused the data (422)" in html
    assert f"/w/acme/runs/{run.pk}/notifications/{row.id}/" in html
    assert "For others" not in html
    assert "Everything sent to this person" not in html


def test_ten_at_most_then_a_link_to_the_log_at_the_same_cost(
    client: Client, viewer: User, workspace: Workspace
) -> None:
    reader = signed_in(client, viewer)
    notification_made(run_made(workspace), "ada")
    where = page_of(workspace, "ada")
    reader.get(where)
    one = len(queries_of(lambda: reader.get(where)))
    for _ in range(11):
        notification_made(run_made(workspace), "ada")
    assert len(queries_of(lambda: reader.get(where))) == one
    html = reader.get(where).content.decode()
    assert html.count("Summer sale") == 10
    assert "?person=ada" in html


def test_nobody_was_reached_yet(client: Client, viewer: User, workspace: Workspace) -> None:
    html = signed_in(client, viewer).get(page_of(workspace, "ada")).content.decode()
    assert "Nothing was sent to this person yet." in html
