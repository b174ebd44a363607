"""Python's garbage collector in processes that live long."""

import gc


def imported_stays() -> None:
    """What was imported so far is never looked at again: a full collection walks all of Django, which takes 0.1 s on a
    quiet core and makes some page or some recording wait for it."""
    gc.collect()
    gc.freeze()
