"""Saved views: whose they are, what they keep, and how a list opens with one."""

import pytest
from django.urls import reverse

from accounts.models import AuditEntry, SavedView
from accounts.saved_views import (
    default_view,
    query_normal,
    saved_view_default,
    saved_view_get,
    saved_view_remove,
    saved_view_rename,
    saved_view_restore,
    saved_view_save,
    saved_view_share,
    saved_views_of,
)
from tests import cast
from webhooks_platform.base.errors import InvalidInput, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(owner, workspace):
    return cast.acting(owner, workspace)


@pytest.fixture
def tom(teammate, workspace):
    return cast.acting(teammate, workspace)


@pytest.fixture
def drafts(tom):
    return saved_view_save(actor=tom, page="campaigns", name="Drafts", query="?status=draft&q=&cursor=abc")


def names(actor, page="campaigns"):
    return [view.name for view in saved_views_of(actor, page)]


def act(client, name, **parts):
    return client.post(reverse(f"saved_view_{name}", kwargs={"workspace": "acme", **parts}))


@pytest.mark.parametrize(
    ("pairs", "normal"),
    [
        ([("status", "draft"), ("q", "")], "status=draft"),
        ([("b", "2"), ("a", "1 x"), ("after", "c"), ("view", "all")], "a=1+x&b=2"),
        ([], ""),
    ],
)
def test_only_filters_count_and_their_order_does_not(pairs, normal):
    assert query_normal(pairs) == normal


def test_a_view_is_its_makers_until_it_is_shared(drafts, tom, actor):
    assert (names(tom), names(actor), drafts.query) == (["Drafts"], [], "status=draft")
    saved_view_share(actor=tom, view=drafts, shared=True)
    assert names(actor) == ["Drafts"]
    assert [entry.action for entry in AuditEntry.objects.order_by("id")] == ["saved_view.saved", "saved_view.shared"]


def test_saving_under_a_name_of_ones_own_replaces_the_filters(drafts, tom):
    again = saved_view_save(actor=tom, page="campaigns", name="drafts", query="status=launched")
    assert (again.pk, again.name, again.query) == (drafts.pk, "drafts", "status=launched")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"query": "after=5"}, "query"),
        ({"query": "q=" + "x" * 2000}, "query"),
        ({"page": "templates"}, "page"),
    ],
)
def test_what_can_not_be_saved_is_said_by_field(tom, values, field):
    with pytest.raises(InvalidInput) as refused:
        saved_view_save(actor=tom, **{"page": "campaigns", "name": "A", "query": "q=a", **values})
    assert refused.value.field == field


def test_renaming_to_a_taken_name_is_refused(drafts, tom):
    other = saved_view_save(actor=tom, page="campaigns", name="Mine", query="mine=1")
    with pytest.raises(InvalidInput, match="already"):
        saved_view_rename(actor=tom, view=other, name="DRAFTS")
    assert names(tom) == ["Drafts", "Mine"]


def test_who_may_change_a_shared_view(drafts, tom, actor, viewer, workspace):
    saved_view_share(actor=tom, view=drafts, shared=True)
    with pytest.raises(NotAllowed):
        saved_view_rename(actor=cast.acting(viewer, workspace), view=drafts, name="Mine now")
    with pytest.raises(NotAllowed):
        saved_view_save(actor=cast.acting(viewer, workspace), page="campaigns", name="A", query="q=a", shared=True)
    assert saved_view_rename(actor=actor, view=drafts, name="All drafts").name == "All drafts"


def test_views_of_others_are_not_found(drafts, actor, outsider):
    with pytest.raises(NotFound):
        saved_view_get(actor, drafts.pk)
    with pytest.raises(NotFound):
        saved_view_get(cast.acting(outsider, outsider.workspaces.get()), drafts.pk)


def test_a_deleted_view_comes_back_with_its_place_as_default(drafts, tom):
    saved_view_default(actor=tom, view=drafts, is_default=True)
    saved_view_remove(actor=tom, view=drafts)
    assert (names(tom), default_view(tom, "campaigns")) == ([], None)
    saved_view_restore(actor=tom, view=saved_view_get(tom, drafts.pk, removed=True))
    assert default_view(tom, "campaigns") == drafts


def test_undo_fails_in_words_when_the_name_is_taken(drafts, tom):
    saved_view_remove(actor=tom, view=drafts)
    saved_view_save(actor=tom, page="campaigns", name="Drafts", query="status=draft")
    with pytest.raises(InvalidInput, match="Choose another name"):
        saved_view_restore(actor=tom, view=saved_view_get(tom, drafts.pk, removed=True))


def test_the_list_opens_with_the_default_view_and_all_rows_stay_reachable(client, teammate, drafts, tom):
    cast.signed_in(client, teammate)
    page = reverse("campaigns", kwargs={"workspace": "acme"})
    act(client, "default", view=drafts.pk)
    assert client.get(page).headers["Location"] == f"{page}?status=draft"
    assert client.get(page, {"view": "all"}).status_code == 200
    act(client, "no_default", view=drafts.pk)
    assert client.get(page).status_code == 200


def test_filters_are_saved_from_the_list(client, teammate, workspace):
    cast.signed_in(client, teammate)
    page = reverse("campaigns", kwargs={"workspace": "acme"})
    assert "Save view" in client.get(page, {"status": "draft"}).content.decode()
    assert "Save view" not in client.get(page).content.decode()
    form = {"page": "campaigns", "name": "Drafts", "query": "status=draft", "shared": "on"}
    answer = client.post(reverse("saved_view_save", kwargs={"workspace": "acme"}), form, follow=True)
    assert answer.redirect_chain == [(f"{page}?status=draft", 302)]
    assert 'aria-current="page"><svg' in answer.content.decode().replace("\n", "")
    assert SavedView.objects.get().shared


def test_deleting_offers_undo(client, teammate, drafts):
    cast.signed_in(client, teammate)
    undo = reverse("saved_view_restore", kwargs={"workspace": "acme", "view": drafts.pk})
    answer = client.post(reverse("saved_view_delete", kwargs={"workspace": "acme", "view": drafts.pk}), follow=True)
    assert undo in answer.content.decode()
    client.post(undo)
    assert not SavedView.objects.get().removed_at


def test_a_token_saves_shares_and_deletes_over_the_api(client, workspace, drafts):
    headers = cast.api_headers(workspace)
    form = {"page": "profiles", "name": "Test users", "query": "test=1"}
    made = client.post("/api/v1/saved-views", form, content_type="application/json", headers=headers)
    assert (made.status_code, made.json()["shared"], made.json()["made_by"]) == (201, True, None)
    assert [view["name"] for view in client.get("/api/v1/saved-views", headers=headers).json()] == ["Test users"]
    one = f"/api/v1/saved-views/{made.json()['id']}"
    changed = client.patch(one, {"name": "Testers"}, content_type="application/json", headers=headers)
    assert changed.json()["name"] == "Testers"
    assert client.delete(one, headers=headers).status_code == 204
    assert client.get("/api/v1/saved-views?page=nothing", headers=headers).status_code == 422
