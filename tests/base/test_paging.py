import pytest

from accounts.models import User
from webhooks_platform.base.errors import InvalidInput
from webhooks_platform.base.paging import keyset_page, two_way_page

pytestmark = pytest.mark.django_db
ORDER = ("-date_joined", "-id")


def people(count):
    return [User.objects.create_user(f"person{n}@example.com") for n in range(count)]


def pages(size):
    cursor, seen = "", []
    while True:
        page = keyset_page(User.objects.all(), order=ORDER, after=cursor, size=size)
        seen += [user.pk for user in page.items]
        cursor = page.next_cursor
        if not cursor:
            return seen


@pytest.mark.parametrize(("count", "size"), [(0, 3), (3, 3), (7, 3), (1, 50)])
def test_pages_together_are_all_rows_once_newest_first(count, size):
    expected = [user.pk for user in people(count)][::-1]
    assert pages(size) == expected


def test_a_page_stays_put_while_rows_arrive():
    people(4)
    first = keyset_page(User.objects.all(), order=ORDER, size=2)
    newcomer = User.objects.create_user("late@example.com")
    second = keyset_page(User.objects.all(), order=ORDER, after=first.next_cursor, size=10)
    assert newcomer not in second.items
    assert not {user.pk for user in first.items} & {user.pk for user in second.items}


@pytest.mark.parametrize("cursor", ["x", "deadbeef", "5b5d:forged", "%00"])
def test_a_damaged_cursor_is_refused(cursor):
    with pytest.raises(InvalidInput, match="first page"):
        keyset_page(User.objects.all(), order=ORDER, after=cursor)


def test_leafing_back_shows_the_same_pages():
    people(7)
    first = two_way_page(User.objects.all(), order=ORDER, size=3)
    second = two_way_page(User.objects.all(), order=ORDER, size=3, after=first.older_cursor)
    last = two_way_page(User.objects.all(), order=ORDER, size=3, after=second.older_cursor)
    assert (len(first.items), len(second.items), len(last.items)) == (3, 3, 1)
    assert (first.newer_cursor, last.older_cursor) == ("", "")
    assert two_way_page(User.objects.all(), order=ORDER, size=3, before=last.newer_cursor) == second
    assert two_way_page(User.objects.all(), order=ORDER, size=3, before=second.newer_cursor) == first
