"""What a worker is at when it is killed. It is stopped, looked at in the database, and killed there or let go on."""

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import connection

from notifications.models import Attempt, Notification, Run
from tests.chaos.agreement import in_flight_now
from tests.chaos.fleet import Fleet
from tests.receiver import Receiver

AIM_FOR = 120.0  # seconds


class Phase(StrEnum):
    CLAIM = "claim"
    SEND = "send"
    RECORD = "record"


# Of delivery/statements.py, those that are made within a transaction of a lane.
_STATEMENTS = {
    Phase.CLAIM: re.compile(r"(?s)\s*with due as|.*set started_at = now\(\)"),
    Phase.RECORD: re.compile(
        r"\s*copy |\s*insert into notifications_runtally|.*set state = ('delivered'|c\.state)", re.S
    ),
}
_OPEN = "select query from pg_stat_activity where application_name = %s and xact_start is not null and state <> 'idle'"


@dataclass
class Aim:
    """Kills workers in a phase, and remembers what each kill left behind. ``go_on`` sees that there is work."""

    fleet: Fleet
    receiver: Receiver
    runs: list[Run]
    go_on: Callable[[], None]
    placed: Counter[Phase] = field(default_factory=Counter)
    flying: set[str] = field(default_factory=set)
    # Of each kill: rows on their way then, that had come to the receiver and were not so at the kill before.
    _sent: list[tuple[Phase, set[str]]] = field(default_factory=list)
    _before: set[str] = field(default_factory=set)

    def kill(self, phase: Phase) -> None:
        deadline = time.monotonic() + AIM_FOR
        while not self._killed(phase):
            assert time.monotonic() < deadline, f"no worker was found at {phase} within {AIM_FOR} s"
            time.sleep(random.uniform(0.0, 0.02))
            self.go_on()
        now = in_flight_now(self.runs)
        came = set(self.receiver.received(with_ids=True)["ids"])
        self._sent.append((phase, (now & came) - self._before))
        self.flying, self._before = self.flying | now, now
        self.placed[phase] += 1

    def found(self) -> Counter[Phase]:
        """Once all is over: of how many kills in each phase the ledger says that somebody's request was interrupted
        which had come."""
        ids = [run.pk for run in self.runs]
        rows = Attempt.objects.filter(run_id__in=ids, outcome="interrupted").values("notification_id")
        notifications = Notification.objects.filter(run_id__in=ids, pk__in=rows)
        interrupted = {str(webhook_id) for webhook_id in notifications.values_list("webhook_id", flat=True)}
        return Counter(phase for phase, sent in self._sent if sent & interrupted)

    def _killed(self, phase: Phase) -> bool:
        number = random.choice(self.fleet.alive)
        return self.fleet.kill_where(number, lambda: phase in self._phases(number))

    def _phases(self, number: int) -> set[Phase]:
        """Of a worker that stands still. It may be at several: it has several lanes."""
        with connection.cursor() as cursor:
            cursor.execute(_OPEN, [self.fleet.name(number)])
            queries = [query for (query,) in cursor.fetchall()]
        within = {phase for phase, pattern in _STATEMENTS.items() if any(map(pattern.match, queries))}
        has_lanes = "delivery.deliver[" in self.fleet.log(number)
        return within or ({Phase.SEND} if has_lanes else set())
