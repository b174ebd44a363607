"""What is said of an address that may not be dialled: all of it to the operator's log, and to whoever wrote the URL
nothing that only a name server knows. Names are looked up from inside: tenants would read its addresses out one by one.
"""

import logging
import threading
import time

from outbound.addresses import Verdict
from outbound.name_servers import is_number

logger = logging.getLogger(__name__)

LINES_A_MINUTE = 30

Line = tuple[str, int, str]


class Told:
    """The last minute's lines of this process. Each stands in the log once, and not more than ``LINES_A_MINUTE``:
    whoever chooses the hosts, one for each person maybe, must not fill it."""

    def __init__(self) -> None:
        self._since = float("-inf")
        self._lines: set[Line] = set()
        self._lock = threading.Lock()

    def is_new(self, line: Line, now: float) -> bool:
        """``now``: seconds of a monotonic clock."""
        with self._lock:
            if now - self._since >= 60:
                self._since = now
                self._lines.clear()
            if line in self._lines or len(self._lines) >= LINES_A_MINUTE:
                return False
            self._lines.add(line)
            return True


_told = Told()


def refusal_told(host: str, port: int, verdict: Verdict, *, called: str = "") -> str:
    """Logs the whole verdict and returns what everybody may read of it: neither address nor range, unless the host is
    an address itself. ``called``: what the words call the host, if not by its name."""
    if _told.is_new((host, port, verdict.reason), time.monotonic()):
        logger.warning("Refused %s:%s: %s", host, port, verdict.reason)
    if verdict.blocked == "port" or is_number(host):
        return verdict.reason
    return f"{called or host} leads to an address that isn't public"
