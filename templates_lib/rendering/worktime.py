"""Processor time of a thread's own work, by which the bounds of personalisation are measured."""

import gc
import threading
import time
from typing import Any


class _Collections(threading.local):
    """What garbage collections of everything took in this thread, in seconds."""

    began = 0.0
    seconds = 0.0


_collections = _Collections()


def work_time() -> float:
    """Seconds of this thread's processor time, without the full garbage collections that fell to it.

    They fall to whoever makes an object at that moment, and take as long as the process has objects: no fault of the
    person whose request is being built.
    """
    return time.thread_time() - _collections.seconds


def _note(phase: str, info: dict[str, Any]) -> None:
    if info["generation"] < 2:
        return
    if phase == "start":
        _collections.began = time.thread_time()
    else:
        _collections.seconds += time.thread_time() - _collections.began


gc.callbacks.append(_note)
