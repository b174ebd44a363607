from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from django.db import connection, transaction

from accounts.errors import LastOwner
from accounts.models import Member, Role, User, Workspace
from accounts.services import member_role_change
from tests.cast import acting, joined, person, workspace_with


def demote(workspace: Workspace, by: User, whom: User) -> str:
    member = Member.objects.get(workspace=workspace, user=whom)
    try:
        member_role_change(actor=acting(by, workspace), member=member, role=Role.VIEWER)
    except LastOwner:
        return "refused"
    return "done"


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_once_leave_one() -> None:
    olivia, owen = person("Olivia"), person("Owen")
    workspace = workspace_with(olivia)
    joined(workspace, owen, Role.OWNER)

    def the_other_way() -> str:
        try:
            return demote(workspace, by=owen, whom=olivia)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            assert demote(workspace, by=olivia, whom=owen) == "done"
            second = thread.submit(the_other_way)
            wait([second], timeout=0.5)  # it has to wait for the first to be committed
        assert second.result(timeout=60) == "refused"
    assert workspace.memberships.filter(role=Role.OWNER).count() == 1
