"""The plan of now for a lane that goes on, without waiting for anyone: the keeper's rounds are everybody's."""

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import connection

from channels.tokens import TokenDue
from delivery.plan import LanePlan, lane_plan
from delivery.slots import SlotTicket
from outbound.loop import HttpLoop

logger = logging.getLogger(__name__)
# After no plan was to be had (seconds).
LOOK_AGAIN = 1.0
# Token servers are waited for here. Where all of them hang, lanes drain, and their next turns wait for themselves.
_waiting = ThreadPoolExecutor(4, thread_name_prefix="delivery-tokens")


@dataclass
class NextPlan:
    ticket: SlotTicket
    http: HttpLoop
    _awaited: "Future[LanePlan | None] | None" = field(default=None, init=False)
    _looked_at: float = field(default=0.0, init=False)

    def look(self) -> LanePlan | None:
        """None while there is none: the run doesn't send any more, a token is being fetched, or it can't be read."""
        if self._awaited is not None:
            return self._fetched(self._awaited)
        if time.monotonic() - self._looked_at < LOOK_AGAIN:
            return None
        self._looked_at = time.monotonic()
        try:
            return lane_plan(self.ticket.run_id, self.ticket.slot, at_once=True)
        except TokenDue:
            self._awaited = _waiting.submit(_plan_in_time, self.ticket, self.http)
        except Exception:
            # What is on its way must not be lost for it. Whoever takes the slot next finds the same.
            logger.warning("Run %s: its plan can't be read.", self.ticket.run_id, exc_info=True)
        finally:
            connection.close()
        return None

    def _fetched(self, awaited: "Future[LanePlan | None]") -> LanePlan | None:
        if not awaited.done():
            return None
        self._awaited, self._looked_at = None, time.monotonic()
        if awaited.exception() is not None:
            logger.warning("Run %s: its plan can't be read.", self.ticket.run_id, exc_info=awaited.exception())
            return None
        return awaited.result()


def _plan_in_time(ticket: SlotTicket, http: HttpLoop) -> LanePlan | None:
    try:
        return lane_plan(ticket.run_id, ticket.slot, http=http)
    finally:
        connection.close()
