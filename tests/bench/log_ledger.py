"""A ledger of a given size, written set-wise as the engine would leave it: runs, rows, attempts, exchanges."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import Workspace
from channels.models import SendPolicy
from notifications.models import Run
from notifications.partitions import partitions_ensure
from notifications.states import RunState
from templates_lib.content import WebhookContent
from tests.bench.campaign import workspace_make

RUNS = 20
CAMPAIGNS = 4
_HOURS_BETWEEN = 6
# One in ten failed, in four ways. Headers and bodies are written of those alone, whose Details are opened: no page but
# Details reads them, and for ten million they would fill a disk.
_RUN = """
with person as (
  select p.*, uuid_time_ordered() as made_id, p.id %% 40 as kind from audience_profile p
  where p.workspace_id = %(workspace)s
), made as (
  insert into notification (id, workspace_id, run_at, run_id, campaign_id, profile_id, user_id, is_test, webhook_id,
                            state, due_at, attempt_number, first_attempt_at, reason, status_code, updated_at)
  select made_id, workspace_id, %(run_at)s, %(run)s, %(campaign)s, id, user_id, false, made_id,
         case when kind < 4 then 'failed' else 'delivered' end, %(run_at)s, 1, %(now)s,
         case kind when 0 then 'not_found' when 1 then 'server_error' when 2 then 'unauthorized' when 3 then 'timeout'
                   else '' end,
         case kind when 0 then 404 when 1 then 503 when 2 then 401 when 3 then null else 200 end, %(now)s
  from person
  returning id, state, reason, status_code
), tried as (
  insert into attempt (workspace_id, run_at, run_id, notification_id, number, started_at, outcome, reason, status_code,
                       address, first_byte_us, total_us, retention_days)
  select %(workspace)s, %(run_at)s, %(run)s, id, 1, %(now)s, state, reason, status_code, '127.0.0.1:443', 900, 1000, 30
  from made
)
insert into exchange (retention_days, day, workspace_id, notification_id, number, method, url, request_headers,
                      request_body, response_headers, response_body, response_size)
select 30, (%(now)s::timestamptz at time zone 'utc')::date, %(workspace)s, id, 1, 'POST', 'https://example.com/hooks/people',
       'content-type: application/json', convert_to(repeat('{"name": "value"} ', 22), 'utf8'),
       'content-type: application/json', convert_to('{"status": "accepted"}', 'utf8'), 22
from made
where state = 'failed'
"""


def ledger_make(attempts: int, slug: str) -> Workspace:
    """A workspace with ``RUNS`` runs and as many attempts as asked for, one a notification."""
    workspace, now = workspace_make(attempts // RUNS, slug=slug), timezone.now()
    partitions_ensure(now=now)
    for number in range(RUNS):
        run = _run(workspace, number)
        parameters = {"workspace": workspace.pk, "run": run.pk, "campaign": run.campaign_id}
        with connection.cursor() as cursor:
            cursor.execute(_RUN, {**parameters, "run_at": run.run_at.isoformat(), "now": now.isoformat()})
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze notification, attempt, exchange")
    return workspace


def _run(workspace: Workspace, number: int) -> Run:
    at = timezone.now() - timedelta(hours=(RUNS - number) * _HOURS_BETWEEN)
    return Run.objects.create(
        workspace=workspace,
        campaign_id=number % CAMPAIGNS + 1,
        campaign_name=f"Benchmark {number % CAMPAIGNS + 1}",
        run_at=at,
        state=RunState.COMPLETED,
        content=WebhookContent(url="https://example.com/hooks/people"),
        policy=SendPolicy(),
        retention_days=30,
        slots=1,
        audience_count=workspace.profiles.count(),
        prepared_at=at,
        finished_at=at,
    )
