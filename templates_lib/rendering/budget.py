"""What one person's request may cost. Every operation that can grow or repeat pays here before it runs."""

from collections.abc import Iterable
from time import monotonic
from typing import Any

from jinja2.runtime import Context

from . import limits
from .failures import BudgetExceeded
from .worktime import work_time


class Budget:
    __slots__ = ("deadline", "output", "send_empty", "started", "steps")

    def __init__(self, *, send_empty: bool) -> None:
        self.steps = limits.MAX_STEPS
        self.output = 0
        self.deadline = monotonic() + limits.MAX_SECONDS
        self.started = work_time()
        self.send_empty = send_empty

    def step(self, count: int = 1) -> None:
        self.steps -= count
        if self.steps < 0:
            raise BudgetExceeded(f"The personalisation takes more than {limits.MAX_STEPS:,} steps.")
        # The clock on the wall is cheap to ask but runs on while other threads work: only own work counts.
        if monotonic() > self.deadline and work_time() - self.started > limits.MAX_SECONDS:
            raise BudgetExceeded(f"The personalisation takes longer than {limits.MAX_SECONDS * 1000:.0f} ms.")

    def check_text(self, length: int) -> None:
        if length > limits.MAX_TEXT_CHARACTERS:
            raise BudgetExceeded(f"A text would be longer than {limits.MAX_TEXT_CHARACTERS:,} characters.")

    def check_items(self, count: int) -> None:
        if count > limits.MAX_COLLECTION_ITEMS:
            raise BudgetExceeded(f"A list would be longer than {limits.MAX_COLLECTION_ITEMS:,} items.")

    def add_output(self, length: int) -> None:
        self.output += length
        if self.output > limits.MAX_OUTPUT_CHARACTERS:
            raise BudgetExceeded(f"The request would be longer than {limits.MAX_OUTPUT_CHARACTERS:,} characters.")

    def weigh(self, value: object) -> None:
        """Refuse collections that are too big, too deep, or made of shared parts that multiply when written out."""
        if not isinstance(value, (list, tuple, dict)):
            return None
        items = characters = 0
        level: list[Any] = [value]
        for _ in range(limits.MAX_COLLECTION_DEPTH):
            below: list[Any] = []
            for collection in level:
                for item in _members(collection):
                    items += 1
                    if isinstance(item, str):
                        characters += len(item)
                    elif isinstance(item, (list, tuple, dict)):
                        below.append(item)
                self.check_items(items)
                self.check_text(characters)
            if not below:
                return self.step(1 + items // 64)
            level = below
        raise BudgetExceeded(f"A list or object is nested deeper than {limits.MAX_COLLECTION_DEPTH} levels.")


def _members(collection: Any) -> Iterable[Any]:
    return [*collection.keys(), *collection.values()] if isinstance(collection, dict) else collection


class RenderContext(Context):
    """A Jinja context that carries the budget of the request being built."""

    budget: Budget


class Rounds:
    """The items of a loop; each round pays a step, and what its fixed text adds to a stored text."""

    __slots__ = ("budget", "items", "text_per_round")

    def __init__(self, items: Any, budget: Budget, text_per_round: int = 0) -> None:
        self.items = items
        self.budget = budget
        self.text_per_round = text_per_round

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Any:
        for item in self.items:
            self.budget.step()
            if self.text_per_round:
                self.budget.add_output(self.text_per_round)
            yield item
