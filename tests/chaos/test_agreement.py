"""The comparison itself: where the two agree it is silent, and each way in which an engine may be wrong is seen.

Forged by hand on a run that went well, the receiver's memory or the ledger.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from celery import current_app
from django.db.models import F

from accounts.models import Workspace
from notifications.models import Attempt, Notification, OutcomeTally, Run, RunTally
from outbound.loop import HttpLoop
from tests.chaos.agreement import agreement
from tests.chaos.test_faults import POLICY
from tests.delivery.engine import Engine
from tests.receiver import Receiver


@pytest.fixture
def engine(shop: Workspace, receiver: Receiver, http: HttpLoop, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Works within this process: no fleet."""
    engine = Engine(shop, receiver, http)
    monkeypatch.setattr(current_app, "send_task", engine.ask)
    return engine


@dataclass
class Memory:
    """What the receiver claims to have seen; in the place of the receiver."""

    report: dict[str, Any]

    def received(self, *, with_ids: bool = False) -> dict[str, Any]:
        return self.report

    def came_again(self, row: Notification, *, webhook_id: str = "") -> None:
        name = webhook_id or str(row.webhook_id)
        self.report["ids"][name] = self.report["ids"].get(name, 0) + 1
        self.report["requests"] += 1

    def never_came(self, row: Notification) -> None:
        del self.report["ids"][str(row.webhook_id)]
        self.report["requests"] -= 1


@dataclass
class Case:
    run: Run
    memory: Memory

    @property
    def row(self) -> Notification:
        """One of them, always the same."""
        return Notification.objects.filter(run_id=self.run.pk).order_by("profile_id")[0]

    def problems(self, in_flight: set[str] | None = None) -> str:
        return "\n".join(agreement(self.memory, [self.run], in_flight=in_flight).problems)  # type: ignore[arg-type]


@pytest.fixture
def case(engine: Engine) -> Case:
    return settled(engine)


def settled(engine: Engine, **options: Any) -> Case:
    engine.people(4)
    run = engine.run("/200", **{"policy": POLICY, **options})
    return Case(run, Memory(engine.receiver.received(with_ids=True)))


def sent_again(case: Case, outcome: str = "interrupted") -> None:
    """As after a fault: an attempt whose end nobody knows, and the one that delivered."""
    row = case.row
    Attempt.objects.filter(notification_id=row.pk).update(number=2)
    first = Attempt.objects.get(notification_id=row.pk)
    first.number, first.outcome, first.status_code = 1, outcome, None
    first.save(force_insert=True)
    Notification.objects.filter(pk=row.pk).update(attempt_number=2)


def test_a_run_that_went_well_agrees(case: Case) -> None:
    assert case.problems(in_flight=set()) == ""


def test_a_repeat_of_a_row_in_flight_agrees(case: Case) -> None:
    sent_again(case)
    case.memory.came_again(case.row)
    assert case.problems(in_flight={str(case.row.webhook_id)}) == ""
    assert case.problems() == ""


def row_dropped(case: Case) -> None:
    Notification.objects.filter(pk=case.row.pk).delete()


def row_never_ended(case: Case) -> None:
    Notification.objects.filter(pk=case.row.pk).update(state="sending")


def attempt_not_recorded(case: Case) -> None:
    Attempt.objects.filter(notification_id=case.row.pk).delete()


def delivered_to_nobody(case: Case) -> None:
    case.memory.never_came(case.row)


def sent_without_an_attempt(case: Case) -> None:
    case.memory.came_again(case.row)


def counted_what_was_sent_not_what_moved(case: Case) -> None:
    tally = RunTally.objects.filter(run=case.run, state="delivered")[0]
    RunTally.objects.filter(pk=tally.pk).update(count=F("count") + 1)


def figures_count_others(case: Case) -> None:
    case.problems()  # they are kept from the tallies, when somebody looks
    OutcomeTally.objects.filter(run_id=case.run.pk).update(state="failed")


def audience_miscounted(case: Case) -> None:
    Run.objects.filter(pk=case.run.pk).update(audience_count=5)


def run_not_finished(case: Case) -> None:
    Run.objects.filter(pk=case.run.pk).update(state="running")


def repeated_under_another_id(case: Case) -> None:
    sent_again(case)
    case.memory.came_again(case.row, webhook_id=str(uuid.uuid4()))


def repeated_though_not_in_flight(case: Case) -> None:
    sent_again(case)
    case.memory.came_again(case.row)


def skipped_but_delivered(case: Case) -> None:
    Notification.objects.filter(pk=case.row.pk).update(state="cancelled")


def attempt_of_nobody(case: Case) -> None:
    Attempt.objects.filter(notification_id=case.row.pk).update(notification_id=uuid.uuid4())


def request_without_an_id(case: Case) -> None:
    case.memory.report["without_id"] = 1


@pytest.mark.parametrize(
    ("forge", "problem"),
    [
        (row_dropped, "webhook ids that no row has"),
        (row_never_ended, "not all have ended"),
        (attempt_not_recorded, r"delivered, but to nobody"),
        (delivered_to_nobody, r"came 0 times\): delivered, but to nobody"),
        (sent_without_an_attempt, r"1 attempts, came 2 times"),
        (counted_what_was_sent_not_what_moved, r"run tallies \{'delivered': 5\}, recounted \{'delivered': 4\}"),
        (figures_count_others, r"figures \{.*'failed': 4.*\}, recounted \{'delivered': 4\}"),
        (audience_miscounted, "an audience of 5"),
        (run_not_finished, "is running"),
        (repeated_under_another_id, "1 webhook ids that no row has"),
        (repeated_though_not_in_flight, "repeated, though not on its way at a fault"),
        (skipped_but_delivered, "delivered all the same"),
        (attempt_of_nobody, "has attempts of nobody"),
        (request_without_an_id, "without a webhook-id"),
    ],
)
def test_what_is_wrong_is_seen(case: Case, forge: Callable[[Case], None], problem: str) -> None:
    forge(case)
    with pytest.raises(AssertionError, match=problem):
        assert case.problems(in_flight=set()) == ""


def test_a_repeat_in_spite_of_at_most_once_is_seen(engine: Engine) -> None:
    case = settled(engine, policy=POLICY.model_copy(update={"guarantee": "at_most_once"}))
    assert case.problems() == ""
    sent_again(case)
    case.memory.came_again(case.row)
    assert "repeated in spite of at-most-once" in case.problems(in_flight={str(case.row.webhook_id)})
