import pytest

from audience.models import Import, ImportStatus
from webhooks_platform.base.errors import StaleState
from webhooks_platform.base.transitions import move

ALLOWED = {
    *(("draft", to) for to in ("checking", "waiting", "cancelled")),
    *(("checking", to) for to in ("checked", "failed", "cancelled")),
    *(("checked", to) for to in ("checking", "waiting", "cancelled")),
    *(("waiting", to) for to in ("running", "failed", "cancelled")),
    *(("running", to) for to in ("done", "failed", "cancelled")),
}


@pytest.mark.parametrize("source", ImportStatus.values)
@pytest.mark.parametrize("target", ImportStatus.values)
def test_an_import_moves_only_along_its_transitions(shop, source, target):
    moved = Import.objects.create(workspace=shop, file_name="a.csv", status=source)
    if (source, target) in ALLOWED:
        move(moved, target, transitions=Import.TRANSITIONS)
    else:
        with pytest.raises(StaleState):
            move(moved, target, transitions=Import.TRANSITIONS)
    moved.refresh_from_db()
    assert moved.status == (target if (source, target) in ALLOWED else source)
