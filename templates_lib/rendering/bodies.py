"""Writing the body of one person's request from its compiled fields."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote_plus

from .escapes import quoted_json
from .failures import BadValue, MissingValue, RenderFailure
from .template import FieldTemplate

JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_BOOLEANS = {"true": "true", "1": "true", "yes": "true", "false": "false", "0": "false", "no": "false"}
_SHOWN_CHARACTERS = 60
_TYPE_HINT = "Choose the type Text, or mend the value."


class FieldRenderer(Protocol):
    """Renders fields for one person, and remembers what failed in which field."""

    send_empty: bool

    def text(self, field: str, template: FieldTemplate) -> str: ...

    def fail(self, field: str, failure: RenderFailure) -> None: ...


class BodyWriter(Protocol):
    def write(self, renderer: FieldRenderer) -> bytes: ...


@dataclass(frozen=True, slots=True)
class NamedField:
    """`name` is already encoded for where it stands."""

    name: str
    field: str
    template: FieldTemplate


class EmptyBody:
    def write(self, renderer: FieldRenderer) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class TextBody:
    template: FieldTemplate

    def write(self, renderer: FieldRenderer) -> bytes:
        return renderer.text("body.text", self.template).encode()


@dataclass(frozen=True, slots=True)
class FormWriter:
    pairs: tuple[NamedField, ...]

    def write(self, renderer: FieldRenderer) -> bytes:
        written = (f"{pair.name}={quote_plus(renderer.text(pair.field, pair.template))}" for pair in self.pairs)
        return "&".join(written).encode()


@dataclass(frozen=True, slots=True)
class MultipartWriter:
    """RFC 7578. The boundary is fixed with the content, so that a retry carries the same bytes."""

    pairs: tuple[NamedField, ...]
    boundary: str

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"

    def write(self, renderer: FieldRenderer) -> bytes:
        parts = "".join(self._part(renderer, pair) for pair in self.pairs)
        return f"{parts}--{self.boundary}--\r\n".encode()

    def _part(self, renderer: FieldRenderer, pair: NamedField) -> str:
        text = renderer.text(pair.field, pair.template)
        if self.boundary in text:
            renderer.fail(pair.field, BadValue("The value holds the line that separates the parts of this body."))
        return f'--{self.boundary}\r\nContent-Disposition: form-data; name="{pair.name}"\r\n\r\n{text}\r\n'


def multipart_name(name: str) -> str:
    """As browsers write it: https://html.spec.whatwg.org/#multipart-form-data."""
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def multipart_boundary(names: Iterable[str]) -> str:
    """The same for the same names; no text that people write by chance."""
    return hashlib.sha256("\0".join(names).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class JsonPairsWriter:
    """An object whose names are fixed; each value is turned into JSON by the type of its pair."""

    pairs: tuple[tuple[NamedField, str], ...]

    def write(self, renderer: FieldRenderer) -> bytes:
        return ("{" + ",".join([self._pair(renderer, pair, kind) for pair, kind in self.pairs]) + "}").encode()

    def _pair(self, renderer: FieldRenderer, pair: NamedField, kind: str) -> str:
        text = renderer.text(pair.field, pair.template)
        try:
            return f"{pair.name}:{_CONVERSIONS[kind](text, renderer.send_empty)}"
        except MissingValue:
            renderer.fail(pair.field, MissingValue(_first_path(pair)))
        except RenderFailure as failure:
            renderer.fail(pair.field, failure)
        return ""


def _first_path(pair: NamedField) -> str:
    return pair.template.uses[0].path if pair.template.uses else pair.name


def json_number(text: str, send_empty: bool) -> str:
    number = text.strip()
    if JSON_NUMBER.match(number):
        return number
    if not number:
        return _nothing(send_empty)
    raise BadValue(f"“{number[:_SHOWN_CHARACTERS]}” is not a number.", hint=_TYPE_HINT)


def json_boolean(text: str, send_empty: bool) -> str:
    word = text.strip()
    if word.lower() in _BOOLEANS:
        return _BOOLEANS[word.lower()]
    if not word:
        return _nothing(send_empty)
    raise BadValue(f"“{word[:_SHOWN_CHARACTERS]}” is not true or false.", hint=_TYPE_HINT)


def _nothing(send_empty: bool) -> str:
    if send_empty:
        return "null"
    raise MissingValue("")


_CONVERSIONS: dict[str, Callable[[str, bool], str]] = {
    "text": lambda text, send_empty: quoted_json(text),
    "number": json_number,
    "boolean": json_boolean,
    "json": lambda text, send_empty: text,
}
