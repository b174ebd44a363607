"""The engine within the test's own process: a broker in memory, real lanes, a real receiver."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Workspace
from audience.choice import AudienceChoice
from audience.models import Profile
from channels.models import RetryPolicy, SendPolicy
from delivery.deliver import deliver
from delivery.preparation import prepare
from delivery.runs import run_settle
from delivery.services import run_start
from delivery.slots import SlotTicket
from delivery.watch import Watch
from notifications.models import Attempt, Exchange, Notification, Run, RunTally
from notifications.states import RunKind
from outbound.loop import HttpLoop
from templates_lib.content import JsonPair, JsonPairsBody, WebhookContent
from tests.receiver import Receiver

FAST_RETRY = RetryPolicy(attempts=3, base_seconds=0.001)
# Whoever failed waits for `due_now`.
LATER = SendPolicy(connect_seconds=2.0, total_seconds=5.0, retry=RetryPolicy(attempts=3, base_seconds=3600))
QUICK = SendPolicy(connect_seconds=2.0, total_seconds=5.0, retry=FAST_RETRY)
# Seconds; nobody waits for so long unless something hangs.
OVER_WITHIN = 60.0
HANDLERS: dict[str, Callable[[int], object]] = {"delivery.prepare": prepare, "delivery.settle": run_settle}


@dataclass
class Engine:
    """Launches runs and works off what they ask for, one message after the other."""

    workspace: Workspace
    receiver: Receiver
    http: HttpLoop
    messages: deque[tuple[str, tuple[int, ...]]] = field(default_factory=deque)
    watch: Watch = field(default_factory=Watch)

    def people(self, count: int, **fields: Any) -> list[Profile]:
        known = Profile.objects.filter(workspace=self.workspace).count()
        return Profile.objects.bulk_create(
            Profile(workspace=self.workspace, user_id=f"u{number}", **{"first_name": f"Zoë {number}", **fields})
            for number in range(known, known + count)
        )

    def content(self, path: str = "/200", **fields: Any) -> WebhookContent:
        pairs = (JsonPair(name="name", value="{{ first_name }}"),)
        return WebhookContent(**{"url": self.receiver.url + path, "body": JsonPairsBody(pairs=pairs), **fields})

    def start(self, path: str = "/200", **options: Any) -> Run:
        values: dict[str, Any] = {
            "campaign_id": 7,
            "campaign_name": "Spring",
            "kind": RunKind.LIVE,
            "content": self.content(path),
            "policy": QUICK,
            "connection_id": None,
            "audience": AudienceChoice(),
            "audience_description": "Everyone",
            "retention_days": 7,
            "launched_by": None,
            "at": timezone.now(),
        }
        return run_start(workspace=self.workspace, **{**values, **options})

    def ask(self, name: str, arguments: tuple[int, ...], **options: object) -> None:
        """In the place of the broker."""
        self.messages.append((name, arguments))

    def work(self) -> None:
        """Until nobody asks for anything."""
        while self.messages:
            task, arguments = self.messages.popleft()
            if task == "delivery.deliver":
                deliver(SlotTicket(*arguments), watch=self.watch, http=self.http)
            else:
                HANDLERS[task](*arguments)
        self.watch.rest()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Works in a thread of its own meanwhile, which ends with the block; what fails there fails the test."""
        with ThreadPoolExecutor(1) as pool:
            worker = pool.submit(self._work_beside)
            try:
                yield
                worker.result(OVER_WITHIN)
            finally:
                if not worker.done():
                    self.watch.shut_down()

    def _work_beside(self) -> None:
        try:
            self.work()
        finally:
            connection.close()

    def run(self, path: str = "/200", **options: Any) -> Run:
        """Launches and works off everything; what is to be retried later stays."""
        run = self.start(path, **options)
        self.work()
        run.refresh_from_db()
        return run


def due_now(run: Run) -> None:
    """As if the wait before the retry were over."""
    Notification.objects.filter(run_id=run.pk, state="retrying").update(due_at=run.run_at)


def notifications(run: Run) -> list[Notification]:
    return list(Notification.objects.filter(run_id=run.pk).order_by("profile_id"))


def attempts(run: Run) -> list[Attempt]:
    return list(Attempt.objects.filter(run_id=run.pk).order_by("notification_id", "number"))


def exchanges(run: Run) -> list[Exchange]:
    ids = [notification.pk for notification in notifications(run)]
    return list(Exchange.objects.filter(notification_id__in=ids).order_by("notification_id", "number"))


def tallies(run: Run) -> dict[str, int]:
    """By state, summed over the lanes."""
    found: dict[str, int] = {}
    for tally in RunTally.objects.filter(run=run):
        found[tally.state] = found.get(tally.state, 0) + tally.count
    return found
