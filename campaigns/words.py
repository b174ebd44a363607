"""Words for people typed straight into the request, where a template would copy them: they belong into Message text."""

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from campaigns.finding import Finding
from templates_lib.content import FormBody, JsonPair, JsonPairsBody, MultipartBody, RawBody, WebhookContent
from templates_lib.rendering.compiler import written_pairs
from templates_lib.rendering.headers import language_of

MOVE = "Move to message text"
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_TAGS = r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}"
_JSON_ANY_TEXT = re.compile(rf'"(?:{_TAGS}|\\.|[^"\\])*"', re.DOTALL)
_XML_TEXT = re.compile(rf">((?:{_TAGS}|[^<>])+)<", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_PUNCTUATION = ".,;:!?…'\"“”‘’()«»"
_SENTENCE = re.compile(r"[^\W\d_]{2,}[,.!?…;:]*\s+\S.*[.!?…]\s*$", re.DOTALL)
# Scripts that put no space between words.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]{6,}")
_SPACE = re.compile(r"\s")


class Words(NamedTuple):
    """``source`` as written at ``line`` and ``column`` of ``field``; ``text`` as a message text says it."""

    field: str
    source: str
    text: str
    line: int = 1
    column: int = 1


def words_findings(content: WebhookContent) -> Iterator[Finding]:
    """A warning for each, with a click that moves it while the message text is still free."""
    is_free = not content.message_text.strip()
    for found in words_typed(content):
        yield Finding(
            found.field,
            "Words typed into the request won't be left out of a template.",
            "Move them to Message text." if is_free else "Message text has words already: write them there.",
            found.line,
            found.column,
            "warning",
            _fix(found) if is_free else None,
        )


def _fix(found: Words) -> dict[str, str | int]:
    return {
        "label": MOVE,
        "line": found.line,
        "column": found.column,
        "path": found.source,
        "insert": "{{ message }}",
        "message": found.text,
    }


def words_typed(content: WebhookContent) -> Iterator[Words]:
    """Every value of the parameters and the body that reads like words for people."""
    for index, pair in written_pairs(content.parameters):
        yield from _whole(f"parameters.{index}.value", pair.value)
    body = content.body
    if isinstance(body, RawBody):
        yield from _IN_LANGUAGE[language_of(body.content_type)]("body.text", body.text)
    elif isinstance(body, JsonPairsBody | FormBody | MultipartBody):
        for index, pair in written_pairs(body.pairs):
            kind = pair.type if isinstance(pair, JsonPair) else "text"
            if kind in ("text", "json"):
                yield from (_whole if kind == "text" else _in_json)(f"body.pairs.{index}.value", pair.value)


def is_for_people(text: str) -> bool:
    """Whether a text, its tags aside, reads like words for people: a sentence, or three words and more."""
    literal = _TAG.sub(" x ", text)
    plain = _TAG.sub(" ", text)
    if not _SPACE.search(plain.strip()):
        return bool(_UNSPACED.search(plain))
    words = [word for word in plain.split() if _WORD.fullmatch(word.strip(_PUNCTUATION))]
    return len(words) >= 3 or bool(_SENTENCE.search(literal.strip()))


def _is_typed(text: str) -> bool:
    tags = "".join(_TAG.findall(text))
    return is_for_people(text) and not re.search(r"\bmessage\b", tags)


def _whole(field: str, value: str) -> Iterator[Words]:
    if _is_typed(value):
        yield Words(field, value, value)


def _in_json(field: str, text: str) -> Iterator[Words]:
    position = 0
    while match := _JSON_ANY_TEXT.search(text, position):
        position = match.end()
        is_name = re.match(r"\s*:", text[position:])
        source = match.group()[1:-1]
        if not is_name and _is_typed(decoded := _outside_tags(source, _json_decoded)):
            yield _at(field, text, match.start() + 1, source, decoded)


def _in_xml(field: str, text: str) -> Iterator[Words]:
    for match in _XML_TEXT.finditer(text):
        source = match.group(1).strip()
        if _is_typed(decoded := _outside_tags(source, html.unescape)):
            yield _at(field, text, match.start(1) + match.group(1).index(source), source, decoded)


def _none(field: str, text: str) -> Iterator[Words]:
    """A form written by hand: its words are percent-encoded, and rarely there."""
    return iter(())


_IN_LANGUAGE: dict[str, Callable[[str, str], Iterator[Words]]] = {
    "json": _in_json,
    "xml": _in_xml,
    "text": _whole,
    "form": _none,
}


def _outside_tags(source: str, decode: Callable[[str], str]) -> str:
    """The text that the source stands for; tags stay as they are, since a message text is personalised too."""
    pieces, position = [], 0
    for tag in _TAG.finditer(source):
        pieces += [decode(source[position : tag.start()]), tag.group()]
        position = tag.end()
    return "".join([*pieces, decode(source[position:])])


def _json_decoded(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


def _at(field: str, text: str, offset: int, source: str, decoded: str) -> Words:
    before = text[:offset]
    return Words(field, source, decoded, before.count("\n") + 1, offset - before.rfind("\n"))
