"""Makes a run's rows, one a person, in committed chunks; lanes start on the first one. Can be cut off anywhere."""

import time
from datetime import timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models.functions import Cast, Now
from django.utils import timezone

from audience.selection import profiles_chosen
from delivery.asks import lanes_ask, preparation_ask
from delivery.runs import run_halt, run_move, run_settle
from delivery.slots import slots_refill
from delivery.statements import PLAN_BY_INDEX, PREPARE
from notifications.models import Run
from notifications.selectors import resend_rows
from notifications.states import RunState
from webhooks_platform.base.errors import ProductError

# The first chunk is small: the first request leaves before the audience is complete. Each one after it is twice as
# large as all before, so that it is there before these are sent.
FIRST_CHUNK = 1_000
CHUNK = 10_000
SLICE_SECONDS = 5.0
LEASE = timedelta(seconds=20)
# The webhook-id is then the notification's own id.
NO_ID = Cast(models.Value(None), models.UUIDField())


def prepare(run_id: int) -> None:
    """Prepares for one slice and asks for the next. Two at once are harmless: one of them finds the lease taken."""
    if not _lease_take(run_id):
        return
    until = time.monotonic() + SLICE_SECONDS
    try:
        while (more := _chunk_prepare(run_id)) and time.monotonic() < until:
            lanes_ask(slots_refill(run_id))
    except ProductError as error:
        # The audience can't be read any more, such as a rule whose attribute changed its kind.
        run_halt(run_id, f"The audience can't be prepared: {error.message}")
        more = False
    Run.objects.filter(pk=run_id).update(prepare_lease_until=None)
    lanes_ask(slots_refill(run_id))
    if more:
        preparation_ask(run_id)
    else:
        run_settle(run_id)


def runs_unprepared() -> list[int]:
    """Runs whose audience nobody is preparing."""
    return list(_unleased().values_list("pk", flat=True))


def _unleased() -> models.QuerySet[Run]:
    free = models.Q(prepare_lease_until=None) | models.Q(prepare_lease_until__lt=Now())
    return Run.objects.filter(free, state=RunState.PREPARING)


def _lease_take(run_id: int) -> bool:
    return bool(_unleased().filter(pk=run_id).update(prepare_lease_until=Now() + LEASE))


@transaction.atomic
def _chunk_prepare(run_id: int) -> bool:
    """One chunk, with the count and the point to go on from in the same transaction. Whether there may be more."""
    run = Run.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=run_id)
    if run.state != RunState.PREPARING:
        return False
    size = min(CHUNK, max(FIRST_CHUNK, 2 * run.audience_count))
    made, last = _rows_insert(run, size)
    run.audience_count += made
    run.prepared_through = last or run.prepared_through
    run.prepare_lease_until = Now() + LEASE
    run.save(update_fields=["audience_count", "prepared_through", "prepare_lease_until"])
    if made < size:
        run_move(run, RunState.RUNNING, prepared_at=timezone.now())
        return False
    return True


def _rows_insert(run: Run, size: int) -> tuple[int, int | None]:
    """(rows made, the last profile's id). People created after the launch are not in the run."""
    people, parameters = (_people_again(run) if run.resend else _people(run))[:size].query.sql_with_params()
    fixed = (run.workspace_id, run.run_at, run.pk, run.campaign_id, run.run_at)
    with connection.cursor() as cursor:
        if run.resend:  # by profile id from where it stands, not all of the other run for each chunk
            cursor.execute(PLAN_BY_INDEX)
        cursor.execute(PREPARE.format(people=people), (*fixed, *parameters))
        made, last = cursor.fetchone()
        return made, last


def _people(run: Run) -> models.QuerySet[Any, Any]:
    chosen = profiles_chosen(run.workspace, run.audience)
    rows = chosen.filter(pk__gt=run.prepared_through, created_at__lte=run.run_at).order_by("pk")
    return rows.values("user_id", "is_test", profile_id=models.F("pk"), kept_id=NO_ID)


def _people_again(run: Run) -> models.QuerySet[Any, Any]:
    """From the rows of the run that is sent again; those that ended later than this launch are not in it."""
    rows = resend_rows(run.workspace, run.resend, until=run.run_at).filter(profile_id__gt=run.prepared_through)
    kept_id = models.F("webhook_id") if run.resend.same_webhook_id else NO_ID
    return rows.order_by("profile_id").values("profile_id", "user_id", "is_test", kept_id=kept_id)
