"""The common case in straight-line code: content of fixed text and plain values becomes one Python function.

Most content only puts names and numbers into their places, and most people have all of them. For such a person the
function makes the request in a fraction of the time (docs/decisions/0004-rendering-by-place.md). Whatever is out of
the ordinary - a value that is missing, or neither text nor number, an escape that may refuse, a size near a limit -
raises one of `NOT_STRAIGHT`, and the person is rendered by the templates, which alone decide and explain.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, quote_plus

import orjson

from . import limits
from .bodies import BodyWriter, EmptyBody, FormWriter, JsonPairsWriter, NamedField, TextBody, json_boolean, json_number
from .failures import RenderFailure
from .parts import Parts, Value
from .template import FieldTemplate

Headers = tuple[tuple[bytes, bytes], ...]
Straight = Callable[[Mapping[str, object]], tuple[str, Headers, bytes]]
# UnicodeError, and what orjson raises for a lone surrogate or a number over 64 bits, are among them.
NOT_STRAIGHT = (LookupError, AttributeError, TypeError, ValueError, RenderFailure)

# Far below every limit, so that no sum of them reaches one.
_MAX_CHARACTERS = 50_000
_MAX_HEADER_CHARACTERS = limits.MAX_HEADER_BYTES // 4


class _Templated(Exception):
    """This content has more than text and plain values."""


def straight_function(
    *,
    message_text: FieldTemplate,
    url: FieldTemplate,
    parameters: Sequence[NamedField],
    headers: Sequence[NamedField],
    fixed_headers: Headers,
    body: BodyWriter,
) -> Straight | None:
    """The function from a person's values to (url, headers, body); None for content that only templates can render."""
    code = _Code()
    try:
        code.lines.append(f"message = {code.text(message_text)}")
        code.bound("message", _MAX_CHARACTERS)
        whole_url = code.url(url, parameters)
        all_headers = code.headers(headers, fixed_headers)
        whole_body = code.body(body)
        code.bound(whole_body, _MAX_CHARACTERS)
    except _Templated:
        return None
    return code.function(f"{whole_url}, {all_headers}, {whole_body}")


class _Code:
    """The function in the making: its lines, and the constants and functions that they name.

    Every name in the lines is made here; what the content says is among the constants, never in the lines.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {}
        self._escaped: dict[Value, str] = {}

    def function(self, result: str) -> Straight:
        body = "\n".join(f"    {line}" for line in (*self.lines, f"return {result}"))
        names = {"text": _text, "dumps": orjson.dumps, "Fragment": orjson.Fragment, **self.constants}
        exec(compile(f"def straight(values):\n{body}\n", "<straight>", "exec"), names)  # noqa: S102
        function: Straight = names["straight"]
        return function

    def constant(self, value: Any) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name

    def assign(self, expression: str) -> str:
        name = f"v{len(self.lines)}"
        self.lines.append(f"{name} = {expression}")
        return name

    def call(self, function: Callable[..., Any], argument: str) -> str:
        return self.assign(f"{self.constant(function)}({argument})")

    def bound(self, name: str, length: int) -> None:
        self.lines.append(f"if len({name}) > {length}: raise ValueError")

    # The parts of a request; each method gives the name that holds it.

    def url(self, template: FieldTemplate, parameters: Sequence[NamedField]) -> str:
        url = self.text(template)
        if not parameters:
            return url
        separator = self.call(_separator, url)
        names = [self.constant(f"{pair.name}=") for pair in parameters]
        values = [self.call(_url_part, self.text(pair.template)) for pair in parameters]
        pairs = "&".join(f"{{{name}}}{{{value}}}" for name, value in zip(names, values, strict=True))
        whole = self.assign(f'f"{{{url}}}{{{separator}}}{pairs}"')
        self.bound(whole, limits.MAX_URL_CHARACTERS)
        return whole

    def headers(self, headers: Sequence[NamedField], fixed: Headers) -> str:
        """One and the same constant for everybody where nothing in the headers is personal."""
        names = [pair.name.encode() for pair in headers]
        texts = [self.text(pair.template) for pair in headers]
        if self.constants.keys() >= set(texts):
            written = [(name, self.constants[text].encode()) for name, text in zip(names, texts, strict=True)]
            return self.constant((*written, *fixed))
        for text in texts:
            self.bound(text, _MAX_HEADER_CHARACTERS)
        pairs = [f"({self.constant(name)}, {text}.encode())" for name, text in zip(names, texts, strict=True)]
        return self.assign(f"({', '.join(pairs)}, *{self.constant(fixed)})")

    def body(self, body: BodyWriter) -> str:
        if isinstance(body, EmptyBody):
            return self.constant(b"")
        if isinstance(body, TextBody):
            return self.assign(f"{self.text(body.template)}.encode()")
        if isinstance(body, FormWriter):
            pairs = [self._form_pair(pair) for pair in body.pairs]
            return self.assign(f'f"{"&".join(pairs)}".encode()')
        if isinstance(body, JsonPairsWriter):
            # orjson writes the object, names and all, as `JsonPairsWriter` does piece by piece.
            pairs = [self._json_pair(pair, kind) for pair, kind in body.pairs]
            return self.assign(f"dumps({{{', '.join(pairs)}}})")
        raise _Templated

    def _form_pair(self, pair: NamedField) -> str:
        return f"{{{self.constant(pair.name)}}}={{{self.call(quote_plus, self.text(pair.template))}}}"

    def _json_pair(self, pair: NamedField, kind: str) -> str:
        text, name = self.text(pair.template), self.constant(orjson.loads(pair.name))
        if kind == "text":
            return f"{name}: {text}"
        convert = _CONVERSIONS.get(kind)
        return f"{name}: Fragment({self.call(convert, text) if convert else text})"

    # Texts and values

    def text(self, template: FieldTemplate) -> str:
        """The text of a whole field, read back as its kind demands."""
        if template.constant is not None:
            return self.constant(template.constant)
        if template.parts is None:
            raise _Templated
        text = self._joined(template.parts)
        return text if template.kind == "text" else self.call(template.read_back, text)

    def _joined(self, parts: Parts) -> str:
        names = [self.constant(part) if isinstance(part, str) else self._value(part) for part in parts]
        return names[0] if len(names) == 1 else self.assign('f"' + "".join(f"{{{name}}}" for name in names) + '"')

    def _value(self, value: Value) -> str:
        """The value as text, escaped for its place; worked out once for all the same places."""
        if value not in self._escaped:
            self._escaped[value] = self._escape(value)
        return self._escaped[value]

    def _escape(self, value: Value) -> str:
        if value.escape == "json_value":
            return self.call(_json_value, self._found(value))
        if value.escape != "plain_text":
            return self.call(_ESCAPES[value.escape], self._value(value._replace(escape="plain_text")))
        found = self._found(value)
        return self.assign(f"{found} if type({found}) is str else text({found})")

    def _found(self, value: Value) -> str:
        if value.path == ("message",):
            return "message"
        *before, last = [self.constant(name) for name in value.path]
        place = "values" + "".join(f"[{name}]" for name in before)
        if value.fallback is None:
            return self.assign(f"{place}[{last}]")
        found = self.assign(f"{place}.get({last})")
        return self.assign(f"{self.constant(value.fallback)} if {found} is None else {found}")


# What the functions call. Each gives what the step of the same name in `escapes` gives, or raises.


def _text(value: object) -> str:
    if type(value) is int:
        return repr(value)
    if type(value) is bool:
        return "true" if value else "false"
    raise TypeError


def _json_value(value: object) -> str:
    if type(value) not in (str, int, bool):
        raise TypeError
    return orjson.dumps(value).decode()


def _json_string(text: str) -> str:
    return orjson.dumps(text)[1:-1].decode()


def _url_part(text: str) -> str:
    return quote(text, safe="")


def _url_segment(text: str) -> str:
    if not text:
        raise ValueError
    return quote(text, safe="")


def _header_text(text: str) -> str:
    if not text.isprintable():
        raise ValueError
    return text


def _separator(url: str) -> str:
    return "" if url.endswith(("?", "&")) else "&" if "?" in url else "?"


_ESCAPES: dict[str, Callable[[str], str]] = {
    "json_string": _json_string,
    "url_part": _url_part,
    "url_segment": _url_segment,
    "header_text": _header_text,
}
_CONVERSIONS: dict[str, Callable[[str], str]] = {
    "number": lambda text: json_number(text, send_empty=False),
    "boolean": lambda text: json_boolean(text, send_empty=False),
}
