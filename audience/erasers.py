"""Who else keeps traces of a person: higher rooms register how to erase them, from their ``AppConfig.ready()``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ErasedPerson:
    """Somebody whose profile is gone; ``replacement`` stands where the user ID stood."""

    profile_id: int
    replacement: str


@dataclass(frozen=True)
class Traces:
    """How many rows about a person held data that is now gone, by kind of row.

    ``is_final`` is False while something about the person may still be written: then they are asked for again.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    is_final: bool = True


# (workspace id, people) -> traces by profile id; it must be safe to call again.
Eraser = Callable[[int, Sequence[ErasedPerson]], Mapping[int, Traces]]
_erasers: list[Eraser] = []


def register_erasure(eraser: Eraser) -> None:
    """Adds one; registering the same one again changes nothing. It runs inside a transaction."""
    if eraser not in _erasers:
        _erasers.append(eraser)


def traces_erased(workspace_id: int, people: Sequence[ErasedPerson]) -> dict[int, Traces]:
    """Lets every room erase what it keeps of the people; one answer for each of them."""
    answers = [eraser(workspace_id, people) for eraser in _erasers]
    return {person.profile_id: _together([answer[person.profile_id] for answer in answers]) for person in people}


def _together(found: Sequence[Traces]) -> Traces:
    counts = {name: number for traces in found for name, number in traces.counts.items()}
    return Traces(counts, all(traces.is_final for traces in found))
