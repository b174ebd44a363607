"""Several writers of the same people at the same time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import pytest
from django.db import connection, transaction

from accounts.actors import system_actor
from audience.errors import ProfileInvalid
from audience.models import Profile
from audience.services import profile_save
from audience.upsert import upsert
from audience.values import PersonValues

PEOPLE = [f"u{n}" for n in range(300)]


@pytest.mark.django_db(transaction=True)
def test_crosswise_upserts_and_saves_by_hand_neither_block_nor_lose_anything(shop):
    start = Barrier(4)

    def load(order, name):
        """In two halves, so that each has locked what the other wants next."""
        start.wait(timeout=60)
        rows = [PersonValues(user_id, attributes={name: 1}) for user_id in order]
        with transaction.atomic():
            first = upsert(shop.pk, rows[:150])
            sleep(0.2)
            second = upsert(shop.pk, rows[150:])
        assert not first.refused | second.refused
        return len(first.created | second.created)

    def add(user_id):
        start.wait(timeout=60)
        try:
            profile_save(actor=system_actor(shop), values=PersonValues(user_id))
        except ProfileInvalid:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(closing, load, PEOPLE, "a"), pool.submit(closing, load, PEOPLE[::-1], "b")]
        work += [pool.submit(closing, add, user_id) for user_id in ("u7", "u299")]
        created = sum(each.result(timeout=120) for each in work)
    assert created == Profile.objects.filter(workspace=shop).count() == 300
    assert Profile.objects.filter(attributes__a=1, attributes__b=1).count() == 300


def closing(work, *arguments):
    """The work, in a thread that gives its database connection back."""
    try:
        return work(*arguments)
    finally:
        connection.close()
