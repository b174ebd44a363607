import pytest

from accounts.models import Workspace
from audience.models import Import, ImportStatus
from webhooks_platform.base.errors import StaleState
from webhooks_platform.base.transitions import move

pytestmark = pytest.mark.django_db


def an_import(status):
    workspace = Workspace.objects.create(name="A", slug="a")
    return Import.objects.create(workspace=workspace, file_name="people.csv", status=status)


@pytest.mark.parametrize("source", ImportStatus.values)
@pytest.mark.parametrize("target", ImportStatus.values)
def test_only_listed_moves_happen(source, target):
    row = an_import(source)
    if target in Import.TRANSITIONS[source]:
        move(row, target, transitions=Import.TRANSITIONS)
    else:
        with pytest.raises(StaleState):
            move(row, target, transitions=Import.TRANSITIONS)
    row.refresh_from_db()
    assert row.status == (target if target in Import.TRANSITIONS[source] else source)


def test_the_second_of_two_at_once_is_told():
    row = an_import(ImportStatus.WAITING)
    other = Import.objects.get(pk=row.pk)
    move(row, ImportStatus.RUNNING, transitions=Import.TRANSITIONS)
    with pytest.raises(StaleState, match="Reload"):
        move(other, ImportStatus.RUNNING, transitions=Import.TRANSITIONS)


def test_a_refusal_says_how_it_stands():
    row = an_import(ImportStatus.DONE)
    with pytest.raises(StaleState, match=r"This import is done already\."):
        move(row, ImportStatus.DONE, transitions={})
    with pytest.raises(StaleState, match="This import is done by now, so it can't be started"):
        move(row, ImportStatus.RUNNING, transitions=Import.TRANSITIONS, passive="started")
    Import.objects.all().delete()
    with pytest.raises(StaleState, match="does not exist any more"):
        move(row, ImportStatus.RUNNING, transitions=Import.TRANSITIONS)
