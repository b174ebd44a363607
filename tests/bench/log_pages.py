"""Figure `log`: how long the server takes for the log's pages, its filters and Details, from request to HTML."""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape

from django.test import Client
from django.urls import reverse

from accounts.models import Member, Role, User, Workspace
from notifications.models import Notification, Run
from tests.bench.figures import Sample
from tests.bench.log_ledger import CAMPAIGNS, ledger_make
from tests.bench.programs import Unmeasurable
from webhooks_platform.base.collecting import imported_stays

CALLS = 40
WARM_UP = 3
UNIT = "ms, p95"
_OLDER = re.compile(r'href="([^"]*[?&;]after=[^"]*)"')


@dataclass(frozen=True)
class LogPages:
    """``size`` as it stands in the figures' names."""

    workspace: Workspace
    client: Client
    size: str

    def measure(self) -> Iterator[Sample]:
        for name, calls in (("page", self._pages()), ("filter", self._filters()), ("details", self._details())):
            yield Sample(f"log_{name}_{self.size}", self._percentile(calls), UNIT)

    def _percentile(self, addresses: Iterator[str]) -> float:
        """The 95th of a hundred, in milliseconds; the first few calls warm up and don't count."""
        taken = [self._timed(address) for address in itertools.islice(addresses, WARM_UP + CALLS)][WARM_UP:]
        return sorted(taken)[round(len(taken) * 0.95) - 1] * 1000

    def _timed(self, address: str) -> float:
        began = time.perf_counter()
        answer = self.client.get(address)
        seconds = time.perf_counter() - began
        if answer.status_code != 200:
            raise Unmeasurable(f"{address} was answered with {answer.status_code}.")
        return seconds

    def _pages(self) -> Iterator[str]:
        """From the newest page ever further back, as the page's own link leads, and from the newest one again."""
        newest = address = self._address("notifications_log")
        while True:
            yield address
            found = _OLDER.search(self.client.get(address).content.decode())
            if found is None and address == newest:
                raise Unmeasurable("The log has no link to older rows.")
            address = unescape(found[1]) if found else newest

    def _filters(self) -> Iterator[str]:
        log, run = (
            self._address("notifications_log"),
            Run.objects.filter(workspace=self.workspace).order_by("run_at")[0].pk,
        )
        person = self.workspace.profiles.order_by("-pk")[0].user_id
        campaigns = itertools.cycle(range(1, CAMPAIGNS + 1))
        for campaign in campaigns:
            yield f"{log}?state=failed"
            yield f"{log}?campaign={campaign}&state=failed&status=404"
            yield f"{log}?run={run}&reason=timeout"
            yield f"{log}?status=503"
            yield f"{log}?person={person}"

    def _details(self) -> Iterator[str]:
        rows = Notification.objects.filter(workspace_id=self.workspace.pk, state="failed").order_by("run_at", "id")
        for row in rows[: WARM_UP + CALLS]:
            yield self._address("notification_detail", run=row.run_id, notification=row.pk)

    def _address(self, name: str, **parts: object) -> str:
        return reverse(name, kwargs={"workspace": self.workspace.slug, **parts})


def log_pages(attempts: int, size: str) -> Callable[[], Iterator[Sample]]:
    """Writes the ledger, and gives what measures its pages, in a process that collects as the web server does."""
    workspace = ledger_make(attempts, f"log-{size}")
    user = User.objects.create_user(f"log-{size}@example.com", name="Benchmark")
    Member.objects.create(workspace=workspace, user=user, role=Role.VIEWER)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    imported_stays()
    return LogPages(workspace, client, size).measure
