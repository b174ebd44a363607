"""The engine's set-wise SQL, built from the maps of ``notifications.states``; nothing else moves many rows at once.

Nothing but literals of this module and of those maps is put into the text; values are always bound by the server.
Written for PostgreSQL 15. States stand in the text as literals, so that partial indexes are used whatever the plan.
"""

# ruff: noqa: S608

from audience.persons import SNAPSHOT_SQL
from delivery.state_sql import CLAIMABLE_LISTED, SENDING_RUNS_LISTED, leads_to, may_become, run_leads_to
from notifications.states import AttemptOutcome, NotificationState, Reason, RunState

S, R, A = NotificationState, Reason, AttemptOutcome
# Of a run that just began the planner thinks that it has one row: told workspace and time as constants, it would read
# the whole run each time. So due rows are found by (run_id, due_at, id) alone, and rows by id from a list whose
# constants it can't see through: with the profile's id beside the row's, either unique index finds it in one look-up.
# `coalesce` and `+ 0` keep the indexes out that would find it among many.
_DUE_OF_RUN = "n.run_at = %(run_at)s and n.run_id = %(run)s"
_CHOSEN = """with chosen as materialized (
  select %(workspace)s::bigint as workspace_id, %(run_at)s::timestamptz as run_at, o.*
  from unnest(%(ids)b::uuid[], %(profiles)b::bigint[]) as o (id, profile_id)
)"""
_IS_CHOSEN = "n.workspace_id = c.workspace_id and n.run_at = c.run_at and n.id = c.id and n.profile_id = c.profile_id"
_FENCED = f"{_IS_CHOSEN} and n.lease_token = %(token)s"
_LET_GO = "lease_until = null, lease_token = null, started_at = null, updated_at = now()"
_EMPTIED = "person = null, request = null"

# Until the end of the transaction: indexes in their own order only, whatever the statistics say. Tells the time, too.
PLAN_BY_INDEX = """
select now(), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
       set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('enable_sort', 'off', true)
"""

# --- Preparation ------------------------------------------------------------------------------------------------------

# `{people}`: a query of (profile_id, user_id, is_test, kept_id or null), ordered and limited. Its function is
# volatile, so PostgreSQL works out each row's id once.
PREPARE = f"""
with made as (
  insert into notification (id, workspace_id, run_at, run_id, campaign_id, profile_id, user_id, is_test, webhook_id,
                            state, due_at, updated_at)
  select p.made_id, %s, %s, %s, %s, p.profile_id, p.user_id, p.is_test, coalesce(p.kept_id, p.made_id),
         '{S.QUEUED}', least(%s, now()), now()
  from (select uuid_time_ordered() as made_id, chosen.* from ({{people}}) chosen) p
  returning profile_id
)
select count(*), max(profile_id) from made
"""

# --- Lane slots -------------------------------------------------------------------------------------------------------

# Every message carries the slot's token: of several copies the first one wins, the others find another token.
SLOT_TAKE = """
update notifications_laneslot set token = %(new)s, lease_until = now() + %(lease)s
where run_id = %(run)s and slot = %(slot)s and token = %(token)s
"""
SLOT_RENEW = """
update notifications_laneslot set lease_until = now() + %(lease)s
where run_id = %(run)s and slot = %(slot)s and token = %(token)s
"""
# With a lease: a continuation is on its way. Without: idle, until the sweep finds due rows.
SLOT_LEAVE = """
update notifications_laneslot set token = %(new)s, lease_until = now() + %(lease)s
where run_id = %(run)s and slot = %(slot)s and token = %(token)s
"""
# As many free slots of each sending run as its due rows fill; `%(run)s` null: of all runs.
SLOTS_REFILL = f"""
with needy as (
  select r.id, lane.share, (
    select count(*) from (
      select from notification n
      where n.run_at = r.run_at and n.run_id = r.id
        and n.state in ({CLAIMABLE_LISTED}) and n.due_at <= now()
      limit lane.share * r.slots
    ) due
  ) as due
  from notifications_run r, lateral (
    select least(%(at_most)s, greatest(1, (r.policy->>'max_in_flight')::int / r.slots)) as share
  ) lane
  where r.state in ({SENDING_RUNS_LISTED}) and (%(run)s::bigint is null or r.id = %(run)s)
), free as (
  select s.id, needy.due, needy.share, row_number() over (partition by s.run_id order by s.slot) as place
  from notifications_laneslot s join needy on needy.id = s.run_id
  where needy.due > 0 and (s.lease_until is null or s.lease_until < now())
)
update notifications_laneslot s set lease_until = now() + %(lease)s
from free
where s.id = free.id and (free.place - 1) * free.share < free.due
  and (s.lease_until is null or s.lease_until < now())
returning s.run_id, s.slot, s.token
"""

# --- Claim ------------------------------------------------------------------------------------------------------------

# The person is read once, at the first claim; a profile that is gone says so. From a place on: the entries of rows
# claimed before stay in the index for a while, and each claim would pass all of them.
CLAIM = f"""
with due as (
  select n.workspace_id, n.run_at, n.id, n.profile_id, n.due_at from notification n
  where {_DUE_OF_RUN} and n.state in ({CLAIMABLE_LISTED}) and n.due_at <= now()
    and (n.due_at, n.id) > (%(after_due)s::timestamptz, %(after_id)s::uuid)
  order by n.due_at, n.id limit %(limit)s for update skip locked
)
update notification n
set state = '{S.SENDING}', lease_until = now() + %(lease)s, lease_token = %(token)s,
    attempt_number = n.attempt_number + 1, first_attempt_at = coalesce(n.first_attempt_at, now()), updated_at = now(),
    person = case when n.person is not null or p.id is null then n.person else {SNAPSHOT_SQL} end
from due c left join audience_profile p on p.id = c.profile_id and p.workspace_id + 0 = c.workspace_id
where {_IS_CHOSEN}
returning n.id, n.profile_id, n.webhook_id::text, n.attempt_number, n.first_attempt_at, n.person::text, n.request,
          p.id is null, c.due_at
"""

# At-most-once: committed before the first byte leaves.
START = f"""{_CHOSEN}
update notification n set started_at = now()
from chosen c
where {_FENCED} and {may_become(S.FAILED)}
returning n.id
"""

# --- Record -----------------------------------------------------------------------------------------------------------

ATTEMPT_COLUMNS = (
    "workspace_id, run_at, run_id, notification_id, number, started_at, outcome, reason, reason_detail, status_code, "
    "address, dns_us, connect_us, tls_us, first_byte_us, total_us, retry_at, retention_days"
)
EXCHANGE_COLUMNS = (
    "retention_days, day, workspace_id, notification_id, number, method, url, request_headers, request_body, "
    "response_headers, response_body, response_size, response_truncated"
)
COPY_ATTEMPTS = f"copy attempt ({ATTEMPT_COLUMNS}) from stdin (format binary)"
COPY_EXCHANGES = f"copy exchange ({EXCHANGE_COLUMNS}) from stdin (format binary)"

# The slow path, when an attempt of this number exists already: what really happened replaces "interrupted".
STAGE = """
create temporary table staged_attempt (like attempt including defaults) on commit drop;
create temporary table staged_exchange (like exchange including defaults) on commit drop
"""
COPY_STAGED_ATTEMPTS = f"copy staged_attempt ({ATTEMPT_COLUMNS}) from stdin (format binary)"
COPY_STAGED_EXCHANGES = f"copy staged_exchange ({EXCHANGE_COLUMNS}) from stdin (format binary)"
_KEY = "workspace_id, run_at, notification_id, number"
_REPLACED = ", ".join(
    f"{column} = excluded.{column}" for column in ATTEMPT_COLUMNS.split(", ") if column not in _KEY.split(", ")
)
MERGE_ATTEMPTS = f"""
insert into attempt ({ATTEMPT_COLUMNS}) select {ATTEMPT_COLUMNS} from staged_attempt
on conflict ({_KEY}) do update set {_REPLACED} where attempt.outcome = '{A.INTERRUPTED}'
"""
MERGE_EXCHANGES = f"""
insert into exchange ({EXCHANGE_COLUMNS}) select {EXCHANGE_COLUMNS} from staged_exchange on conflict do nothing
"""

RECORD_DELIVERED = f"""{_CHOSEN}
update notification n
set state = '{S.DELIVERED}', status_code = %(status_code)s, reason = '', reason_detail = '', {_EMPTIED}, {_LET_GO}
from chosen c
where {_FENCED} and {may_become(S.DELIVERED)}
"""
# Everything else that became of a row; one that made no request gives its attempt number back.
RECORD_OTHERS = f"""
with chosen as materialized (
  select %(workspace)s::bigint as workspace_id, %(run_at)s::timestamptz as run_at, o.*
  from unnest(%(ids)b::uuid[], %(profiles)b::bigint[], %(states)s::text[], %(reasons)s::text[], %(details)s::text[],
              %(status_codes)s::smallint[], %(due)s::timestamptz[], %(requests)s::bytea[], %(requested)s::boolean[])
    as o (id, profile_id, state, reason, detail, status_code, due_at, request, requested)
)
update notification n
set state = c.state, reason = c.reason, reason_detail = c.detail, status_code = c.status_code,
    due_at = coalesce(c.due_at, n.due_at), request = c.request,
    person = case when c.state = '{S.RETRYING}' then n.person end,
    attempt_number = n.attempt_number - case when c.requested then 0 else 1 end, {_LET_GO}
from chosen c
where {_FENCED} and {may_become(S.RETRYING, S.FAILED, S.SKIPPED)}
returning n.state
"""
# Claimed but not sent: as if it had never been claimed, but for the person, who stays as first read.
GIVE_BACK = f"""{_CHOSEN}
update notification n
set state = case when n.attempt_number > 1 then '{S.RETRYING}' else '{S.QUEUED}' end,
    first_attempt_at = case when n.attempt_number > 1 then n.first_attempt_at end,
    attempt_number = n.attempt_number - 1, {_LET_GO}
from chosen c
where {_FENCED} and {may_become(S.RETRYING, S.QUEUED)}
"""
TALLY = """
insert into notifications_runtally (run_id, slot, state, count) values (%(run)s, %(slot)s, %(state)s, %(count)s)
on conflict (run_id, slot, state) do update set count = notifications_runtally.count + excluded.count
"""

# --- Sweep ------------------------------------------------------------------------------------------------------------

# A row whose worker dies each time may be what kills it: it is not tried for ever.
INTERRUPTIONS_FORGIVEN = 5
# An at-most-once row that never started goes back as if unclaimed; one that did ends here; all others are due again.
# Not while the server has just come back: leases may be long over, but lanes still hold what was answered meanwhile.
EXPIRE = f"""
with expired as (
  select n.workspace_id, n.run_at, n.run_id, n.id, n.profile_id, n.attempt_number as number, r.retention_days,
         coalesce(n.started_at, n.updated_at) as started_at,
         case when r.policy->>'guarantee' = 'at_most_once'
              then case when n.started_at is null then 'unclaim' else 'end' end
              when n.attempt_number >= (r.policy#>>'{{retry,attempts}}')::int + {INTERRUPTIONS_FORGIVEN} then 'end'
              else 'repeat' end as fate
  from notification n join notifications_run r on r.id = n.run_id
  where n.state in ({leads_to(S.QUEUED, S.RETRYING, S.FAILED)}) and n.lease_until < now()
    and pg_postmaster_start_time() + %(grace)s < now()
  order by n.lease_until limit %(limit)s for update of n skip locked
), moved as (
  update notification n
  set state = case when c.fate = 'end' then '{S.FAILED}' when c.fate = 'repeat' or c.number > 1 then '{S.RETRYING}'
                   else '{S.QUEUED}' end,
      reason = case when c.fate = 'unclaim' then n.reason else '{R.INTERRUPTED}' end,
      reason_detail = case when c.fate = 'unclaim' then n.reason_detail else '' end,
      status_code = case when c.fate = 'unclaim' then n.status_code end,
      attempt_number = c.number - case when c.fate = 'unclaim' then 1 else 0 end,
      person = case when c.fate <> 'end' then n.person end, request = case when c.fate <> 'end' then n.request end,
      {_LET_GO}
  from expired c
  where {_IS_CHOSEN}
  returning c.*
), logged as (
  insert into attempt (workspace_id, run_at, run_id, notification_id, number, started_at, outcome, reason,
                       retention_days)
  select workspace_id, run_at, run_id, id, number, started_at, '{A.INTERRUPTED}', '{R.INTERRUPTED}', retention_days
  from moved where fate <> 'unclaim'
  on conflict do nothing
), counted as (
  insert into notifications_runtally (run_id, slot, state, count)
  select run_id, -1, '{S.FAILED}', count(*) from moved where fate = 'end' group by run_id order by run_id
  on conflict (run_id, slot, state) do update set count = notifications_runtally.count + excluded.count
)
select count(*) from moved
"""
CANCEL = f"""
with waiting as (
  select n.workspace_id, n.run_at, n.id, n.profile_id from notification n
  where {_DUE_OF_RUN} and n.state in ({CLAIMABLE_LISTED})
  order by n.due_at, n.id limit %(limit)s for update skip locked
), gone as (
  update notification n
  set state = '{S.CANCELLED}', reason = '{R.STOPPED}', reason_detail = '', {_EMPTIED}, {_LET_GO}
  from waiting c
  where {_IS_CHOSEN} and {may_become(S.CANCELLED)}
  returning n.id
), counted as (
  insert into notifications_runtally (run_id, slot, state, count)
  select %(run)s, -1, '{S.CANCELLED}', count(*) from gone having count(*) > 0
  on conflict (run_id, slot, state) do update set count = notifications_runtally.count + excluded.count
)
select count(*) from gone
"""
# Compare-and-swap on the ledger itself: a run ends when every one of its people has ended, and never before.
_BALANCED = "r.audience_count = (select coalesce(sum(t.count), 0) from notifications_runtally t where t.run_id = r.id)"
COMPLETE = f"""
update notifications_run r set state = '{RunState.COMPLETED}', finished_at = now()
where r.state in ({run_leads_to(RunState.COMPLETED)}) and r.prepared_at is not null and {_BALANCED}
  and (%(run)s::bigint is null or r.id = %(run)s)
returning r.id
"""
FINISH_STOPPING = f"""
update notifications_run r set state = '{RunState.STOPPED}', finished_at = now()
where r.state in ({run_leads_to(RunState.STOPPED)}) and {_BALANCED} and (%(run)s::bigint is null or r.id = %(run)s)
returning r.id
"""
SENDING_AMONG = f"select id from notifications_run where id = any(%(runs)s) and state in ({SENDING_RUNS_LISTED})"
SENDING_COUNT = f"select count(*) from notifications_run where state in ({SENDING_RUNS_LISTED})"
