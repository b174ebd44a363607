"""Figure `render`: making requests without sending them, and the pre-flight of Review."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from campaigns.models import Campaign as Draft
from campaigns.preflight import preflight_make
from delivery.outgoing import Outgoing
from tests.bench.campaign import Campaign
from tests.bench.figures import Sample
from tests.bench.programs import Unmeasurable

REQUESTS = 5_000
_TIMES = 3


@dataclass(frozen=True)
class Rendering:
    campaign: Campaign

    def measure(self) -> Iterator[Sample]:
        yield Sample("render", min(self._requests() for _ in range(_TIMES)), "ms / 1,000")
        yield Sample("render_preflight", self._preflight(), "s")

    def _requests(self) -> float:
        """Processor time from a claimed row to the finished request: context, content, headers, signature."""
        maker, rows = self.campaign.maker(), self.campaign.rows(REQUESTS)
        began = time.thread_time()
        made = [maker.make(row, 0.0) for row in rows]
        seconds = time.thread_time() - began
        if len({item.rendered.body for item in made if isinstance(item, Outgoing)}) < len(rows):
            raise Unmeasurable("No figure: not everybody got a request of their own.")
        return seconds * 1000 / len(rows) * 1000

    def _preflight(self) -> float:
        """From the click to the result, for a thousand people of the audience."""
        draft = Draft.objects.create(
            workspace=self.campaign.workspace, name="Pre-flight", content=self.campaign.content
        )
        began = time.perf_counter()
        found = preflight_make(draft)
        seconds = time.perf_counter() - began
        if found is None:
            raise Unmeasurable("No figure: the content has errors.")
        return seconds
