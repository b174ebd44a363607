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

    def __init__(self, *, broker_url: str) -> None:
        self._control = Celery("launcher", broker=broker_url, set_as_current=False).control

    def all_answer(self, nodes: Sequence[str]) -> bool:
        return set(self._tasks_taken(nodes)) == set(nodes)

    def has_taken_a_task(self, node: str) -> bool:
        """Whether the worker has started any task yet: right after the start only beat sends some."""
        return self._tasks_taken([node]).get(node, 0) > 0

    def _tasks_taken(self, nodes: Sequence[str]) -> dict[str, int]:
        inspector = self._control.inspect(destination=list(nodes), timeout=_ANSWER_SECONDS)
        try:
            answers = inspector.stats() or {}
        except (OperationalError, OSError):
            return {}
        return {node: sum(answer["total"].values()) for node, answer in answers.items()}
