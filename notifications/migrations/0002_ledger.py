"""The tables that grow, as PostgreSQL partitions; Django only knows their columns.

- notification, attempt: by range of run_at (the run's launch time), one partition a month.
- exchange: by list of retention class, then by range of day, one partition a day: retention drops whole partitions.

Partitions themselves are made by `notifications.partitions`. The workspace leads every unique index.
"""

from django.db import migrations, models

# A time-ordered UUID (RFC 9562, version 7) on every server from PostgreSQL 15: rows made together stand together.
# Its random bits come from gen_random_uuid; the first 48 are the milliseconds, and setting two bits makes 4 into 7.
UUID_V7 = """
create function uuid_time_ordered() returns uuid language sql volatile parallel safe as $$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
      52, 1), 53, 1), 'hex')::uuid
$$;
"""

LEDGER = """
create table notification (
  id uuid not null,
  workspace_id bigint not null,
  run_at timestamptz not null,
  run_id bigint not null,
  campaign_id bigint not null,
  profile_id bigint not null,
  user_id varchar(200) not null,
  is_test boolean not null,
  webhook_id uuid not null,
  state varchar(12) not null,
  due_at timestamptz not null,
  lease_until timestamptz,
  lease_token bigint,
  attempt_number smallint not null default 0,
  first_attempt_at timestamptz,
  person jsonb,
  request bytea,
  reason varchar(24) not null default '',
  reason_detail varchar(500) not null default '',
  status_code smallint,
  updated_at timestamptz not null,
  primary key (workspace_id, run_at, id)
) partition by range (run_at);
-- One row a person and run; also finds everything that was ever sent to a person.
create unique index notification_person on notification (workspace_id, profile_id, run_at, run_id);
create index notification_due on notification (run_id, due_at, id) where state in ('queued', 'retrying');
create index notification_lease on notification (lease_until) where state = 'sending';
create index notification_problems on notification (workspace_id, run_at, state, id)
  where state in ('failed', 'skipped', 'cancelled');

create table attempt (
  workspace_id bigint not null,
  run_at timestamptz not null,
  run_id bigint not null,
  notification_id uuid not null,
  number smallint not null,
  started_at timestamptz not null,
  outcome varchar(12) not null,
  reason varchar(24) not null default '',
  reason_detail varchar(500) not null default '',
  status_code smallint,
  address varchar(60) not null default '',
  dns_us integer not null default 0,
  connect_us integer not null default 0,
  tls_us integer not null default 0,
  first_byte_us integer not null default 0,
  total_us integer not null default 0,
  retry_at timestamptz,
  retention_days smallint not null,
  primary key (workspace_id, run_at, notification_id, number)
) partition by range (run_at);

create table exchange (
  retention_days smallint not null,
  day date not null,
  workspace_id bigint not null,
  notification_id uuid not null,
  number smallint not null,
  method varchar(10) not null,
  url text not null,
  request_headers text not null,
  request_body bytea not null,
  response_headers text not null default '',
  response_body bytea not null default '',
  response_size bigint not null default 0,
  response_truncated boolean not null default false,
  primary key (workspace_id, notification_id, number, retention_days, day)
) partition by list (retention_days);
create table exchange_7 partition of exchange for values in (7) partition by range (day);
create table exchange_30 partition of exchange for values in (30) partition by range (day);
create table exchange_90 partition of exchange for values in (90) partition by range (day);
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [
        migrations.RunSQL(UUID_V7, "drop function uuid_time_ordered()"),
        migrations.RunSQL(
            LEDGER,
            "drop table exchange, attempt, notification",
            state_operations=[
                migrations.CreateModel(
                    name="Notification",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("workspace_id", models.BigIntegerField()),
                        ("run_at", models.DateTimeField()),
                        ("run_id", models.BigIntegerField()),
                        ("campaign_id", models.BigIntegerField()),
                        ("profile_id", models.BigIntegerField()),
                        ("user_id", models.CharField(max_length=200)),
                        ("is_test", models.BooleanField(default=False)),
                        ("webhook_id", models.UUIDField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "Queued"),
                                    ("sending", "Sending"),
                                    ("retrying", "Retrying"),
                                    ("delivered", "Delivered"),
                                    ("failed", "Failed"),
                                    ("skipped", "Skipped"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="queued",
                                max_length=12,
                            ),
                        ),
                        ("due_at", models.DateTimeField()),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("lease_token", models.BigIntegerField(null=True)),
                        ("attempt_number", models.PositiveSmallIntegerField(default=0)),
                        ("first_attempt_at", models.DateTimeField(null=True)),
                        ("person", models.JSONField(null=True)),
                        ("request", models.BinaryField(null=True)),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("", "—"),
                                    ("name_not_found", "Host name not found"),
                                    ("refused", "Connection refused"),
                                    ("connect_timeout", "No connection in time"),
                                    ("timeout", "No answer in time"),
                                    ("tls", "TLS certificate not trusted"),
                                    ("blocked_address", "Blocked address"),
                                    ("blocked_port", "Blocked port"),
                                    ("dropped", "Connection dropped"),
                                    ("garbage", "Not an HTTP answer"),
                                    ("headers_too_large", "Answer headers too large"),
                                    ("network", "Network error"),
                                    ("redirect", "Redirected (3xx)"),
                                    ("unauthorized", "Not authorized (401/403)"),
                                    ("not_found", "Not found (404)"),
                                    ("unprocessable", "Refused the data (400/422)"),
                                    ("rate_limited", "Too many requests (429)"),
                                    ("client_error", "Refused (4xx)"),
                                    ("server_error", "Server error (5xx)"),
                                    ("unexpected_status", "Unexpected answer"),
                                    ("bad_template", "The content can't be rendered"),
                                    ("missing_variable", "A value is missing"),
                                    ("skipped_by_template", "Skipped on purpose"),
                                    ("profile_removed", "Profile removed"),
                                    ("connection_removed", "Connection removed or unusable"),
                                    ("interrupted", "Interrupted, may have arrived"),
                                    ("stopped", "Run stopped"),
                                ],
                                default="",
                                max_length=24,
                            ),
                        ),
                        ("reason_detail", models.CharField(default="", max_length=500)),
                        ("status_code", models.PositiveSmallIntegerField(null=True)),
                        ("updated_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "notification",
                    },
                ),
                migrations.CreateModel(
                    name="Attempt",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "workspace_id",
                                "run_at",
                                "notification_id",
                                "number",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("workspace_id", models.BigIntegerField()),
                        ("run_at", models.DateTimeField()),
                        ("run_id", models.BigIntegerField()),
                        ("notification_id", models.UUIDField()),
                        ("number", models.PositiveSmallIntegerField()),
                        ("started_at", models.DateTimeField()),
                        (
                            "outcome",
                            models.CharField(
                                choices=[
                                    ("delivered", "Delivered"),
                                    ("retry", "Failed, will retry"),
                                    ("failed", "Failed"),
                                    ("interrupted", "Interrupted, may have arrived"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("", "—"),
                                    ("name_not_found", "Host name not found"),
                                    ("refused", "Connection refused"),
                                    ("connect_timeout", "No connection in time"),
                                    ("timeout", "No answer in time"),
                                    ("tls", "TLS certificate not trusted"),
                                    ("blocked_address", "Blocked address"),
                                    ("blocked_port", "Blocked port"),
                                    ("dropped", "Connection dropped"),
                                    ("garbage", "Not an HTTP answer"),
                                    ("headers_too_large", "Answer headers too large"),
                                    ("network", "Network error"),
                                    ("redirect", "Redirected (3xx)"),
                                    ("unauthorized", "Not authorized (401/403)"),
                                    ("not_found", "Not found (404)"),
                                    ("unprocessable", "Refused the data (400/422)"),
                                    ("rate_limited", "Too many requests (429)"),
                                    ("client_error", "Refused (4xx)"),
                                    ("server_error", "Server error (5xx)"),
                                    ("unexpected_status", "Unexpected answer"),
                                    ("bad_template", "The content can't be rendered"),
                                    ("missing_variable", "A value is missing"),
                                    ("skipped_by_template", "Skipped on purpose"),
                                    ("profile_removed", "Profile removed"),
                                    ("connection_removed", "Connection removed or unusable"),
                                    ("interrupted", "Interrupted, may have arrived"),
                                    ("stopped", "Run stopped"),
                                ],
                                default="",
                                max_length=24,
                            ),
                        ),
                        ("reason_detail", models.CharField(default="", max_length=500)),
                        ("status_code", models.PositiveSmallIntegerField(null=True)),
                        ("address", models.CharField(default="", max_length=60)),
                        ("dns_us", models.IntegerField(default=0)),
                        ("connect_us", models.IntegerField(default=0)),
                        ("tls_us", models.IntegerField(default=0)),
                        ("first_byte_us", models.IntegerField(default=0)),
                        ("total_us", models.IntegerField(default=0)),
                        ("retry_at", models.DateTimeField(null=True)),
                        ("retention_days", models.PositiveSmallIntegerField()),
                    ],
                    options={
                        "db_table": "attempt",
                    },
                ),
                migrations.CreateModel(
                    name="Exchange",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "retention_days",
                                "day",
                                "workspace_id",
                                "notification_id",
                                "number",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("retention_days", models.PositiveSmallIntegerField()),
                        ("day", models.DateField(help_text="the UTC day on which the attempt started")),
                        ("workspace_id", models.BigIntegerField()),
                        ("notification_id", models.UUIDField()),
                        ("number", models.PositiveSmallIntegerField()),
                        ("method", models.CharField(max_length=10)),
                        ("url", models.TextField()),
                        ("request_headers", models.TextField()),
                        ("request_body", models.BinaryField()),
                        ("response_headers", models.TextField(default="")),
                        ("response_body", models.BinaryField(default=b"")),
                        ("response_size", models.BigIntegerField(default=0)),
                        ("response_truncated", models.BooleanField(default=False)),
                    ],
                    options={
                        "db_table": "exchange",
                    },
                ),
            ],
        ),
    ]
