"""The XML machine: values stand in text, quoted attributes and CDATA; everything that names or declares is fixed."""

import re
from typing import NamedTuple

from .base import Language, Misplaced, Reader

CONTENT = "content"
TAG_START = "after <"
TAG_NAME = "tag name"
IN_TAG = "in a tag"
ATTRIBUTE_NAME = "attribute name"
EQUALS = "equals sign"
QUOTE = "opening quote"
ATTRIBUTE = "attribute"
SELF_CLOSE = "after /"
CLOSE_NAME = "closing name"
CLOSE_END = "end of closing tag"
DECLARATION = "after <!"
COMMENT = "comment"
CDATA = "CDATA"
INSTRUCTION = "instruction"

_WHITESPACE = " \t\r\n"
_NAME_START = re.compile(r"[A-Za-z_\u00c0-\uffff]")
_NAME = re.compile(r"[-.\w:\u00b7]")
_ENDINGS = {COMMENT: "-->", CDATA: "]]>", INSTRUCTION: "?>"}


class XmlState(NamedTuple):
    """`tags` are the open elements; `text` what the phase still needs to know: a name, a quote, an open entity."""

    phase: str
    tags: tuple[str, ...] = ()
    text: str = ""


class Xml(Language[XmlState]):
    kind = "xml"
    start = XmlState(CONTENT)

    def __init__(self) -> None:
        self._readers: dict[str, Reader[XmlState]] = {
            CONTENT: self._read_content,
            TAG_START: self._read_tag_start,
            TAG_NAME: self._read_tag_name,
            IN_TAG: self._read_in_tag,
            ATTRIBUTE_NAME: self._read_attribute_name,
            EQUALS: self._read_equals,
            QUOTE: self._read_quote,
            ATTRIBUTE: self._read_attribute,
            SELF_CLOSE: self._read_self_close,
            CLOSE_NAME: self._read_close_name,
            CLOSE_END: self._read_close_end,
            DECLARATION: self._read_declaration,
            **dict.fromkeys(_ENDINGS, self._read_until_ending),
        }

    def read(self, state: XmlState, character: str) -> XmlState:
        return self._readers[state.phase](state, character)

    def place(self, state: XmlState) -> tuple[str, XmlState]:
        if state.phase == CDATA:
            return "xml_cdata", XmlState(CDATA, state.tags)
        if state.phase in (CONTENT, ATTRIBUTE) and state.text.endswith("&"):
            raise Misplaced("There is an & right before this value.", "Write &amp; for an & sign.")
        if state.phase == CONTENT and state.tags:
            return "xml_text", state
        if state.phase == ATTRIBUTE:
            return "xml_attribute", state
        raise _misplaced_value(state.phase)

    def finish(self, state: XmlState) -> None:
        if state.tags:
            raise Misplaced(f"<{state.tags[-1]}> is never closed.", f"End it with </{state.tags[-1]}>.")
        if state.phase != CONTENT:
            raise Misplaced("The XML ends in the middle of a tag.", "End the tag with >.")

    def shape(self, state: XmlState) -> tuple[tuple[str, ...], str]:
        return state.tags, IN_TAG if state.phase == TAG_NAME else state.phase

    def describe(self, shape: tuple[tuple[str, ...], str]) -> str:
        tags, phase = shape
        inside = "".join(f"<{tag}>" for tag in tags)
        return f"{phase} of {inside}" if inside else f"{phase} at the top"

    def _read_content(self, state: XmlState, character: str) -> XmlState:
        if character == "<":
            return XmlState(TAG_START, state.tags)
        if not state.tags and character not in _WHITESPACE:
            raise Misplaced("There is text outside of the XML element.", "Put everything into one element.")
        return XmlState(CONTENT, state.tags, _open_entity(state.text, character))

    def _read_tag_start(self, state: XmlState, character: str) -> XmlState:
        phases = {"/": CLOSE_NAME, "!": DECLARATION, "?": INSTRUCTION}
        if character in phases:
            return XmlState(phases[character], state.tags)
        if _NAME_START.match(character):
            return XmlState(TAG_NAME, state.tags, character)
        raise Misplaced(f"{character} can't follow <", "Write &lt; for a < sign.")

    def _read_declaration(self, state: XmlState, character: str) -> XmlState:
        text = state.text + character
        if text == "--":
            return XmlState(COMMENT, state.tags)
        if text == "[CDATA[" and state.tags:
            return XmlState(CDATA, state.tags)
        if text != "[CDATA[" and ("--".startswith(text) or "[CDATA[".startswith(text)):
            return XmlState(DECLARATION, state.tags, text)
        raise Misplaced("DOCTYPE and other <! declarations are not allowed here.", "Remove the declaration.")

    def _read_until_ending(self, state: XmlState, character: str) -> XmlState:
        text = (state.text + character)[-3:]
        if text.endswith(_ENDINGS[state.phase]):
            return XmlState(CONTENT, state.tags)
        return XmlState(state.phase, state.tags, text)

    def _read_tag_name(self, state: XmlState, character: str) -> XmlState:
        if _NAME.match(character):
            return XmlState(TAG_NAME, state.tags, state.text + character)
        return self.read(XmlState(IN_TAG, (*state.tags, state.text)), character)

    def _read_in_tag(self, state: XmlState, character: str) -> XmlState:
        if character in _WHITESPACE:
            return state
        if character == ">":
            return XmlState(CONTENT, state.tags)
        if character == "/":
            return XmlState(SELF_CLOSE, state.tags)
        if _NAME_START.match(character):
            return XmlState(ATTRIBUTE_NAME, state.tags)
        raise Misplaced(f"{character} is not expected in a tag.", 'An attribute is written name="value".')

    def _read_attribute_name(self, state: XmlState, character: str) -> XmlState:
        if _NAME.match(character):
            return state
        return self.read(XmlState(EQUALS, state.tags), character)

    def _read_equals(self, state: XmlState, character: str) -> XmlState:
        if character in _WHITESPACE:
            return state
        if character == "=":
            return XmlState(QUOTE, state.tags)
        raise Misplaced("A = is expected after an attribute's name.", 'An attribute is written name="value".')

    def _read_quote(self, state: XmlState, character: str) -> XmlState:
        if character in _WHITESPACE:
            return state
        if character in "\"'":
            return XmlState(ATTRIBUTE, state.tags, character)
        raise Misplaced("An attribute's value must be in quotes.", 'Write name="value".')

    def _read_attribute(self, state: XmlState, character: str) -> XmlState:
        quote, entity = state.text[0], state.text[1:]
        if character == quote:
            return XmlState(IN_TAG, state.tags)
        if character == "<":
            raise Misplaced("A < can't be in an attribute.", "Write &lt; for a < sign.")
        return XmlState(ATTRIBUTE, state.tags, quote + _open_entity(entity, character))

    def _read_self_close(self, state: XmlState, character: str) -> XmlState:
        if character == ">":
            return XmlState(CONTENT, state.tags[:-1])
        raise Misplaced("A > is expected after /", "An empty element is written <name/>.")

    def _read_close_name(self, state: XmlState, character: str) -> XmlState:
        if _NAME.match(character):
            return XmlState(CLOSE_NAME, state.tags, state.text + character)
        if not state.tags or state.tags[-1] != state.text:
            opened = f"<{state.tags[-1]}>" if state.tags else "nothing"
            raise Misplaced(f"</{state.text}> closes {opened}.", "Close elements in the order they were opened.")
        return self.read(XmlState(CLOSE_END, state.tags[:-1]), character)

    def _read_close_end(self, state: XmlState, character: str) -> XmlState:
        if character == ">":
            return XmlState(CONTENT, state.tags)
        if character in _WHITESPACE:
            return state
        raise Misplaced("A > is expected at the end of the closing tag.", "Write it like </name>.")


def _open_entity(pending: str, character: str) -> str:
    """ "&" while an entity such as &amp; is being written."""
    return "&" if character == "&" or (pending and character != ";") else ""


def _misplaced_value(phase: str) -> Misplaced:
    if phase == CONTENT:
        return Misplaced("A value can't be outside of the XML element.", "Put everything into one element.")
    if phase == QUOTE:
        return Misplaced("An attribute's value must be in quotes.", 'Write name="{{ value }}".')
    if phase == COMMENT:
        return Misplaced("A value can't be in an XML comment.", "Use {# #} for notes, or move it out of the comment.")
    return Misplaced(
        "A value can't choose a tag or attribute name.", "Write the name yourself, with {% if %} to choose."
    )
