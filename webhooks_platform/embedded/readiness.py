"""Asks each program a real question: nothing is called ready because its process exists."""

import urllib.error
import urllib.request
from collections.abc import Sequence

from celery import Celery
from kombu.exceptions import OperationalError

_ANSWER_SECONDS = 1.0


def page_answers(url: str) -> bool:
    """Whether a GET is answered with 200. ``url`` is one of our own on 127.0.0.1."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=15) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class WorkerProbe:
    """Asks the workers over the broker, with a Celery app of its own that knows only where the broker is."""

    def __init__(self, *, broker_url: str, nodes: Sequence[str], control_node: str) -> None:
        self._control = Celery("launcher", broker=broker_url, set_as_current=False).control
        self._nodes = list(nodes)
        self._control_node = control_node

    def all_answer(self) -> bool:
        """Whether every worker answers, and the control worker has taken at least one task, which beat sent."""
        inspector = self._control.inspect(destination=self._nodes, timeout=_ANSWER_SECONDS)
        try:
            answers = inspector.stats() or {}
        except (OperationalError, OSError):
            return False
        return set(answers) == set(self._nodes) and bool(answers[self._control_node]["total"])
