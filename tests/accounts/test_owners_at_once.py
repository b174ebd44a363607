from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from django.db import connection, transaction

from accounts.actors import Actor
from accounts.errors import LastOwner
from accounts.models import Member, Role
from accounts.services import member_role_change
from tests.cast import acting, joined, person, workspace_with


def demote(actor: Actor, member: Member) -> str:
    try:
        member_role_change(actor=actor, member=member, role=Role.VIEWER)
    except LastOwner:
        return "refused"
    return "done"


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_once_leave_one() -> None:
    olivia, owen = person("Olivia"), person("Owen")
    workspace = workspace_with(olivia)
    joined(workspace, owen, Role.OWNER)
    # Read before either is demoted, however late the thread is.
    one, other = acting(olivia, workspace), acting(owen, workspace)
    olivias, owens = (Member.objects.get(workspace=workspace, user=user) for user in (olivia, owen))

    def the_other_way() -> str:
        try:
            return demote(other, olivias)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            assert demote(one, owens) == "done"
            second = thread.submit(the_other_way)
            wait([second], timeout=0.5)  # it has to wait for the first to be committed
        assert second.result(timeout=60) == "refused"
    assert workspace.memberships.filter(role=Role.OWNER).count() == 1
