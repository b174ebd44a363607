"""Reads of the ledger, the workspace first. Reads of rows name the run's time, so that partitions are pruned."""

from notifications.selectors.attempts import (
    AttemptDetail,
    ExchangeDetail,
    NotificationDetail,
    attempts_of,
    notification_detail,
)
from notifications.selectors.groups import ErrorGroup, Latency, error_groups, run_latency
from notifications.selectors.log import (
    LogFilters,
    LogRow,
    log_rows,
    notification_page,
    notification_rows,
    rows_by_id,
    rows_newer_count,
)
from notifications.selectors.resend import (
    resend_choice,
    resend_counts,
    resend_counts_by_run,
    resend_possible,
    resend_rows,
    resends_of,
)
from notifications.selectors.runs import (
    RunCounts,
    notification_of_run,
    run_counts,
    run_counts_many,
    run_get,
    runs_latest,
    runs_listed,
    runs_of_campaign,
    runs_of_campaigns_open,
    runs_open,
)

__all__ = [
    "AttemptDetail",
    "ErrorGroup",
    "ExchangeDetail",
    "Latency",
    "LogFilters",
    "LogRow",
    "NotificationDetail",
    "RunCounts",
    "attempts_of",
    "error_groups",
    "log_rows",
    "notification_detail",
    "notification_of_run",
    "notification_page",
    "notification_rows",
    "resend_choice",
    "resend_counts",
    "resend_counts_by_run",
    "resend_possible",
    "resend_rows",
    "resends_of",
    "rows_by_id",
    "rows_newer_count",
    "run_counts",
    "run_counts_many",
    "run_get",
    "run_latency",
    "runs_latest",
    "runs_listed",
    "runs_of_campaign",
    "runs_of_campaigns_open",
    "runs_open",
]
