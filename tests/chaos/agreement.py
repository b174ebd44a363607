"""The one comparison of all failure tests: what the receiver saw against what the ledger says, person by person.

A receiver that answers 200 is assumed only where ``in_flight`` is given: then whoever came twice was on the way at a
fault. Otherwise repeats are compared with the attempts that the ledger holds.
"""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from notifications.figures import figures_keep
from notifications.models import Attempt, Notification, OutcomeTally, Run, RunTally
from notifications.states import FINAL, RUN_FINAL
from tests.receiver import Receiver


@dataclass
class Agreement:
    """``problems`` is empty when all agree; the rest is for the reader of a failure, and of a long form."""

    people: int = 0
    requests: int = 0
    repeated: int = 0
    interrupted: int = 0
    states: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def check(self, is_so: bool, problem: str) -> None:
        if not is_so:
            self.problems.append(problem)

    def __str__(self) -> str:
        return (
            f"{self.people} people {dict(self.states)}, {self.requests} requests, {self.repeated} people asked twice, "
            f"{self.interrupted} interrupted; {self.problems or 'receiver and ledger agree'}"
        )


def agreement(receiver: Receiver, runs: Collection[Run], *, in_flight: Collection[str] | None = None) -> Agreement:
    """Of runs that are over and are all that the receiver was ever sent.

    ``in_flight``: webhook ids of the rows that were on their way at a fault; only these may have come twice.
    """
    report, received = Agreement(), receiver.received(with_ids=True)
    report.requests = received["requests"]
    report.check(not received["without_id"] and not received["ids_not_kept"], "requests without a webhook-id")
    arrivals = Counter({key: int(count) for key, count in received["ids"].items()})
    strangers = set(arrivals)
    for run in runs:
        strangers -= _run_compared(report, run, arrivals, None if in_flight is None else set(in_flight))
    report.check(not strangers, f"{len(strangers)} webhook ids that no row has: {sorted(strangers)[:3]}")
    return report


def assert_agreement(
    receiver: Receiver, runs: Collection[Run], *, in_flight: Collection[str] | None = None
) -> Agreement:
    report = agreement(receiver, runs, in_flight=in_flight)
    print(report)  # noqa: T201
    assert not report.problems, str(report)
    return report


def in_flight_now(runs: Collection[Run]) -> set[str]:
    """Asked right after a fault: rows of a lane that died stay leased until the sweep finds them, which may be before
    us where the fault outlasted their leases."""
    on_their_way = Q(state="sending") | Q(state="retrying", reason="interrupted")
    rows = Notification.objects.filter(on_their_way, run_id__in=[run.pk for run in runs])
    return {str(webhook_id) for webhook_id in rows.values_list("webhook_id", flat=True)}


def _run_compared(report: Agreement, run: Run, arrivals: Counter[str], in_flight: set[str] | None) -> set[str]:
    """The run's webhook ids."""
    run.refresh_from_db()
    report.check(run.state in RUN_FINAL and run.finished_at is not None, f"run {run.pk} is {run.state}")
    rows = list(Notification.objects.filter(run_id=run.pk))
    _counters_compared(report, run, Counter(row.state for row in rows))
    attempts: dict[object, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.filter(run_id=run.pk).order_by("number"):
        attempts[attempt.notification_id].append(attempt)
    known = {row.pk for row in rows}
    report.check(set(attempts) <= known, f"run {run.pk} has attempts of nobody")
    at_most_once = run.policy.guarantee == "at_most_once"
    for row in rows:
        came = arrivals[str(row.webhook_id)]
        _row_compared(report, row, attempts[row.pk], came, at_most_once=at_most_once, in_flight=in_flight)
    return {str(row.webhook_id) for row in rows}


def _counters_compared(report: Agreement, run: Run, recount: Counter[str]) -> None:
    report.people += sum(recount.values())
    report.states += recount
    for name, model in (("run tallies", RunTally), ("figures", OutcomeTally)):
        if model is OutcomeTally:
            figures_keep(now=timezone.now())
        counters: Counter[str] = Counter()
        for state, count in model.objects.filter(run_id=run.pk).values_list("state", "count"):
            counters[state] += count
        report.check(counters == recount, f"run {run.pk}: {name} {dict(counters)}, recounted {dict(recount)}")
    report.check(run.audience_count == sum(recount.values()), f"run {run.pk}: an audience of {run.audience_count}")
    report.check(set(recount) <= FINAL, f"run {run.pk}: not all have ended: {dict(recount)}")


def _row_compared(
    report: Agreement,
    row: Notification,
    attempts: list[Attempt],
    came: int,
    *,
    at_most_once: bool,
    in_flight: set[str] | None,
) -> None:
    who = f"{row.user_id} of run {row.run_id} ({row.state} {row.reason}, {len(attempts)} attempts, came {came} times)"
    outcomes = Counter(attempt.outcome for attempt in attempts)
    answered = sum(attempt.status_code is not None for attempt in attempts)
    report.repeated += came > 1
    report.interrupted += outcomes["interrupted"]
    numbers = [attempt.number for attempt in attempts]
    report.check(numbers == list(range(1, row.attempt_number + 1)), f"{who}: attempts {numbers}")
    report.check(answered <= came <= len(attempts), f"{who}: {answered} answers")
    if row.state == "delivered":
        report.check(came >= 1 and outcomes["delivered"] >= 1, f"{who}: delivered, but to nobody")
    elif row.state in ("skipped", "cancelled"):
        report.check(not outcomes["delivered"] or bool(outcomes["interrupted"]), f"{who}: delivered all the same")
    report.check(came < 2 or not at_most_once, f"{who}: repeated in spite of at-most-once")
    if in_flight is not None and came > 1:
        report.check(str(row.webhook_id) in in_flight, f"{who}: repeated, though not on its way at a fault")
