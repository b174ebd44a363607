"""The JSON machine (RFC 8259): it accepts a comma too many, which is removed when the body is built."""

import re
from typing import NamedTuple

from .base import Language, Misplaced, Reader
from .plain import HEXADECIMAL

VALUE = "value"
VALUE_AFTER_COMMA = "value after a comma"
FIRST_ITEM = "first item"
FIRST_NAME = "first name"
NAME_AFTER_COMMA = "name after a comma"
COLON = "colon"
AFTER_VALUE = "after a value"
TEXT = "text"
NAME_TEXT = "name text"
LITERAL = "literal"

_INSIDE_QUOTES = (TEXT, NAME_TEXT)
_VALUE_WANTED = (VALUE, VALUE_AFTER_COMMA, FIRST_ITEM)
_NAME_WANTED = (FIRST_NAME, NAME_AFTER_COMMA)
_EXTRA_COMMA = (VALUE_AFTER_COMMA, FIRST_ITEM, FIRST_NAME, NAME_AFTER_COMMA)
_PUNCTUATION_PLACES = (AFTER_VALUE, *_EXTRA_COMMA)

_CLOSING = {"{": "}", "[": "]"}
_WHITESPACE = " \t\r\n"
_LITERAL = re.compile(r"(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)\Z", re.ASCII)
_LITERAL_START = re.compile(
    r"(?:t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|n(?:u(?:ll?)?)?|-?\d*(?:\.\d*)?(?:[eE][+-]?\d*)?)\Z", re.ASCII
)
_LITERAL_CHARACTERS = "+-.0123456789eEtfn"
_PLAIN_RUN = re.compile(r'[^"\\\x00-\x1f]+')
_CONTROL_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
_EXTRA_COMMA_WARNING = "There can be a comma too many here; it is left out when the body is built."
_LOOP_HINT = "Write a comma: one too many, as at the end of a loop, is left out when the body is built."


class JsonState(NamedTuple):
    """`open` holds the brackets around; `pending` an escape or literal that isn't complete."""

    phase: str
    open: str = ""
    pending: str = ""


class Json(Language[JsonState]):
    kind = "json"
    start = JsonState(VALUE)
    forgiving = True

    def __init__(self) -> None:
        self._readers: dict[str, Reader[JsonState]] = {
            TEXT: self._read_text,
            NAME_TEXT: self._read_text,
            LITERAL: self._read_literal,
        }
        self._tokens: dict[str, Reader[JsonState]] = {
            **dict.fromkeys(_VALUE_WANTED, self._read_value),
            **dict.fromkeys(_NAME_WANTED, self._read_name),
            COLON: self._read_colon,
            AFTER_VALUE: self._read_after_value,
        }

    def read(self, state: JsonState, character: str) -> JsonState:
        reader = self._readers.get(state.phase)
        if reader:
            return reader(state, character)
        if character in _WHITESPACE:
            return state
        if character == ",":
            return self._read_comma(state)
        return self._tokens[state.phase](state, character)

    def place(self, state: JsonState) -> tuple[str, JsonState]:
        if state.phase in _VALUE_WANTED:
            return "json_value", JsonState(AFTER_VALUE, state.open)
        if state.phase in _NAME_WANTED:
            return "json_name", JsonState(COLON, state.open)
        if state.phase in _INSIDE_QUOTES and not state.pending:
            return "json_string", state
        raise self._misplaced_value(state)

    def finish(self, state: JsonState) -> None:
        if state.phase in _INSIDE_QUOTES:
            raise Misplaced("A text is never closed.", 'End it with a ".')
        complete = state.phase == AFTER_VALUE or (state.phase == LITERAL and _LITERAL.match(state.pending))
        if state.open:
            raise Misplaced(f"A {state.open[-1]} is never closed.", f"End it with {_CLOSING[state.open[-1]]}")
        if not complete:
            raise Misplaced("The JSON is not complete: a value is missing.", "An empty object is written {}.")

    def makes_name(self, state: JsonState) -> bool:
        return state.phase in (*_NAME_WANTED, NAME_TEXT)

    def shape(self, state: JsonState) -> tuple[str, bool]:
        return state.open, state.phase in _INSIDE_QUOTES

    def describe(self, shape: tuple[str, bool]) -> str:
        opened, quoted = shape
        return f"{'inside' if quoted else 'outside'} quotes, " + (f"inside {opened}" if opened else "at the top")

    def warning(self, state: JsonState, character: str) -> str:
        doubled = character == "," and state.phase in _EXTRA_COMMA
        trailing = character in "]}" and state.phase in (VALUE_AFTER_COMMA, NAME_AFTER_COMMA)
        return _EXTRA_COMMA_WARNING if doubled or trailing else ""

    def replacement(self, state: JsonState, character: str) -> str | None:
        if state.phase in _INSIDE_QUOTES and character < " ":
            return _CONTROL_ESCAPES.get(character, f"\\u{ord(character):04x}")
        return None

    def unchanged_run(self, state: JsonState, text: str, index: int) -> int:
        if state.phase not in _INSIDE_QUOTES or state.pending:
            return 0
        run = _PLAIN_RUN.match(text, index)
        return run.end() - index if run else 0

    def takes_punctuation(self, state: JsonState, text: str) -> bool:
        return state.phase in _PUNCTUATION_PLACES and all(character in ", \t\r\n" for character in text)

    def _read_text(self, state: JsonState, character: str) -> JsonState:
        if state.pending:
            return state._replace(pending=_read_escape(state.pending, character))
        if character == '"':
            return JsonState(AFTER_VALUE if state.phase == TEXT else COLON, state.open)
        return state._replace(pending="\\") if character == "\\" else state

    def _read_literal(self, state: JsonState, character: str) -> JsonState:
        literal = state.pending + character
        if character in _WHITESPACE or character in ",]}":
            if _LITERAL.match(state.pending):
                return self.read(JsonState(AFTER_VALUE, state.open), character)
            literal = state.pending
        elif _LITERAL_START.match(literal):
            return state._replace(pending=literal)
        raise Misplaced(f"“{literal}” is not a JSON value.", "Put texts in double quotes.")

    def _read_comma(self, state: JsonState) -> JsonState:
        if state.phase in _EXTRA_COMMA:
            return state
        if state.phase != AFTER_VALUE:
            raise Misplaced("A comma is not expected here.", "Write a value before it.")
        if not state.open:
            raise Misplaced("There is a comma after the end of the body.", "Remove it.")
        return JsonState(NAME_AFTER_COMMA if state.open[-1] == "{" else VALUE_AFTER_COMMA, state.open)

    def _read_value(self, state: JsonState, character: str) -> JsonState:
        if character == '"':
            return JsonState(TEXT, state.open)
        if character == "{":
            return JsonState(FIRST_NAME, state.open + "{")
        if character == "[":
            return JsonState(FIRST_ITEM, state.open + "[")
        if character == "]" and state.phase != VALUE:
            return JsonState(AFTER_VALUE, state.open[:-1])
        if character in "-0123456789tfn":
            return JsonState(LITERAL, state.open, character)
        raise Misplaced(f"A JSON value is expected here, not {character}", "Put texts in double quotes.")

    def _read_name(self, state: JsonState, character: str) -> JsonState:
        if character == '"':
            return JsonState(NAME_TEXT, state.open)
        if character == "}":
            return JsonState(AFTER_VALUE, state.open[:-1])
        raise Misplaced(f"A name in double quotes is expected here, not {character}", 'Write it as "name": value.')

    def _read_colon(self, state: JsonState, character: str) -> JsonState:
        if character == ":":
            return JsonState(VALUE, state.open)
        raise Misplaced(f"A colon is expected after the name, not {character}", 'Write it as "name": value.')

    def _read_after_value(self, state: JsonState, character: str) -> JsonState:
        if not state.open:
            raise Misplaced(f"The body is already complete before this {character}", "Remove what follows.")
        if character == _CLOSING[state.open[-1]]:
            return JsonState(AFTER_VALUE, state.open[:-1])
        # Digits right after a value would join it: 1 and 2 must not become 12.
        message = f"A comma or a closing bracket is expected here, not {character}"
        raise Misplaced(message, _LOOP_HINT, final=character in _LITERAL_CHARACTERS)

    def _misplaced_value(self, state: JsonState) -> Misplaced:
        if state.phase in _INSIDE_QUOTES:
            return Misplaced("There is a backslash right before this value.", "Write \\\\ for a backslash.")
        if state.phase == LITERAL:
            hint = 'Put both in double quotes, or join them: {{ "12" ~ name }}.'
            return Misplaced(f"This value is glued to {state.pending}", hint)
        if state.phase == COLON:
            return Misplaced("A colon is missing before this value.", 'Write it as "name": value.')
        return Misplaced("A comma is missing before this value.", _LOOP_HINT)


def _read_escape(pending: str, character: str) -> str:
    """What is still open of an escape such as \\n or \\u00e9."""
    if pending == "\\":
        if character == "u":
            return "\\u"
        if character in '"\\/bfnrt':
            return ""
        raise Misplaced(f"\\{character} means nothing in JSON.", "Write \\\\ for a backslash.")
    if character not in HEXADECIMAL:
        raise Misplaced("\\u needs four hexadecimal digits.", "Write \\\\ for a backslash.")
    return pending + character if len(pending) < 5 else ""
