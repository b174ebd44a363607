"""What a language machine is: it reads a template's fixed text and knows in which place a value would stand."""

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

State = TypeVar("State", bound=tuple[Any, ...])


class Misplaced(Exception):
    """Fixed text or a value that can't stand here. `final`: even if it is so for some people only."""

    def __init__(self, message: str, hint: str = "", *, final: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.final = final


class Language(Generic[State]):
    """A lexical state machine over hashable states. The same machine serves every template of its kind."""

    kind: str
    start: State
    # Whether a parser reads each result back, so that what is wrong for some people only may be left to it.
    forgiving = False

    def read(self, state: State, character: str) -> State:
        """The state after one fixed character. Raises Misplaced."""
        return state

    def place(self, state: State) -> tuple[str, State]:
        """The escape a value gets here, and the state after it. Raises Misplaced."""
        raise NotImplementedError

    def finish(self, state: State) -> None:
        """Raise Misplaced if the text can't end here."""

    def makes_name(self, state: State) -> bool:
        """Whether a value here becomes (part of) a name, which may then equal another one."""
        return False

    def shape(self, state: State) -> Hashable:
        """What must be the same at the end of every branch of an `if` and around a loop's body."""
        return ""

    def describe(self, shape: Any) -> str:
        return str(shape)

    def warning(self, state: State, character: str) -> str:
        """What to tell about a character that is accepted but may be a mistake."""
        return ""

    def replacement(self, state: State, character: str) -> str | None:
        """How a fixed character must be written here; None keeps it."""
        return None

    def unchanged_run(self, state: State, text: str, index: int) -> int:
        """How many characters from index on leave this state as it is; for speed alone."""
        return 0

    def takes_punctuation(self, state: State, text: str) -> bool:
        """Whether constant text from an expression, as in `{{ "," if not loop.last }}`, is punctuation here."""
        return False


Reader = Callable[[State, str], State]
