"""The languages with little grammar: plain text, header values and URL-encoded forms."""

from typing import NamedTuple

from .base import Language, Misplaced

HEXADECIMAL = frozenset("0123456789abcdefABCDEF")


class TextState(NamedTuple):
    """Plain text has one state only."""


class Text(Language[TextState]):
    kind = "text"
    start = TextState()

    def place(self, state: TextState) -> tuple[str, TextState]:
        return "plain_text", state

    def unchanged_run(self, state: TextState, text: str, index: int) -> int:
        return len(text) - index


class HeaderState(NamedTuple):
    quoted: bool
    escaped: bool = False


class Header(Language[HeaderState]):
    kind = "header"
    start = HeaderState(quoted=False)

    def read(self, state: HeaderState, character: str) -> HeaderState:
        if (character < " " and character != "\t") or character == "\x7f":
            raise Misplaced(
                "A header can't have line breaks or control characters.",
                "Write it on one line; {%- and -%} trim the space around them.",
            )
        if state.escaped:
            return HeaderState(quoted=True)
        if character == '"':
            return HeaderState(quoted=not state.quoted)
        return HeaderState(state.quoted, escaped=state.quoted and character == "\\")

    def place(self, state: HeaderState) -> tuple[str, HeaderState]:
        if state.escaped:
            raise Misplaced("There is a backslash right before this value.", "Write \\\\ for a backslash.")
        return ("header_quoted" if state.quoted else "header_text"), state

    def shape(self, state: HeaderState) -> str:
        return "inside quotes" if state.quoted else "outside quotes"


def read_percent(pending: str, character: str) -> str:
    """What is still open of a %XX after this character. Raises Misplaced for a bare %."""
    if not pending:
        return "%" if character == "%" else ""
    if character not in HEXADECIMAL:
        raise Misplaced("A % here must be followed by two hexadecimal digits.", "Write %25 for a percent sign.")
    return pending + character if len(pending) == 1 else ""


def refuse_open_percent(pending: str) -> None:
    if pending:
        raise Misplaced("There is a bare % here.", "Write %25 for a percent sign.")


def encoded(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode())


class FormState(NamedTuple):
    percent: str


class Form(Language[FormState]):
    """An application/x-www-form-urlencoded body written as text."""

    kind = "form"
    start = FormState("")

    def read(self, state: FormState, character: str) -> FormState:
        return FormState(read_percent(state.percent, character))

    def place(self, state: FormState) -> tuple[str, FormState]:
        refuse_open_percent(state.percent)
        return "url_part", state

    def replacement(self, state: FormState, character: str) -> str | None:
        unsafe = character > "~" or character <= " " or character in '"<>\\^`{|}'
        return encoded(character) if unsafe and not state.percent else None

    def finish(self, state: FormState) -> None:
        refuse_open_percent(state.percent)
