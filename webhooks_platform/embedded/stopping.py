"""Waits for programs that were asked to end, says for which, and no longer than wanted."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from webhooks_platform.embedded.console import say

if TYPE_CHECKING:
    from webhooks_platform.embedded.processes import Child

SAY_AFTER = 5.0  # seconds
# A wrapper may hand a Ctrl-C on that the launcher was given by the terminal already: that is no second one.
SECOND_AFTER = 0.5


class Hurry:
    """Whether whoever stops the launcher wants to wait no longer: a second Ctrl-C."""

    def __init__(self) -> None:
        self.wanted = False
        self._first: float | None = None

    def note(self, *, interrupt: bool, now: float) -> None:
        """A request to stop. Of several only an interrupt hurries: a closed terminal says so twice."""
        if self._first is None:
            self._first = now
        elif interrupt and now - self._first >= SECOND_AFTER:
            self.wanted = True


def wait_for_ends(children: "Sequence[Child]", *, hurry: Callable[[], bool]) -> None:
    """Until all have ended, or had the time that their programs may take; in a hurry not for those that only wait."""
    asked, told = time.monotonic(), False
    while True:
        passed = time.monotonic() - asked
        running = [child for child in children if child.process.poll() is None and _has_time(child, passed, hurry())]
        if not running:
            return
        if passed >= SAY_AFTER and not told:
            told = True
            say(_words(running, passed))
        time.sleep(0.03)


def _has_time(child: "Child", passed: float, hurried: bool) -> bool:
    return passed < child.program.stop_seconds and not (hurried and child.program.waits_for)


def _words(running: "Sequence[Child]", passed: float) -> str:
    names = ", ".join(child.program.name for child in running)
    reason = next((child.program.waits_for for child in running if child.program.waits_for), "")
    longest = max(child.program.stop_seconds for child in running) - passed
    if not reason:
        return f"Waiting for {names} to end, at most {longest:.0f} s more"
    return (
        f"Waiting for {reason}, at most {longest:.0f} s more ({names}). Ctrl-C again ends at once: people whose "
        "requests are on their way are then sent to again, or end as interrupted"
    )
