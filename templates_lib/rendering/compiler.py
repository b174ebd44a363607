"""Compiling content: every field in the language of its place, every problem with the field it stands in."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar
from urllib.parse import quote, quote_plus

from templates_lib.content import (
    FormBody,
    JsonPair,
    JsonPairsBody,
    MultipartBody,
    NoBody,
    Pair,
    RawBody,
    WebhookContent,
)

from . import limits
from .bodies import (
    BodyWriter,
    EmptyBody,
    FormWriter,
    JsonPairsWriter,
    MultipartWriter,
    NamedField,
    TextBody,
    json_boolean,
    json_number,
    multipart_boundary,
    multipart_name,
)
from .cache import WeightedCache
from .compiled import CompiledContent
from .escapes import quoted_json
from .failures import MissingValue, RenderFailure, TemplateRefused
from .headers import CONTENT_TYPE, FORM_TYPE, HEADER_NAME, RESERVED, is_utf8, language_of
from .problems import ContentInvalid, Problem
from .straight import straight_function
from .template import FieldTemplate, compile_field, field_weight
from .worktime import work_time

CONTENTS: WeightedCache[CompiledContent] = WeightedCache(limits.MAX_CACHE_BYTES)
PairKind = TypeVar("PairKind", bound=Pair)
_NOTHING = FieldTemplate("text", (), (), constant="")
_PAIR_CHECKS = {"number": json_number, "boolean": json_boolean}


def compile_content(content: WebhookContent, *, secret_attached: bool) -> CompiledContent:
    """Compile once and render for many; compiled content is kept for the process.

    `secret_attached`: the connection sends a secret along, so that no value may be part of the host.
    Raises ContentInvalid with every error found.
    """
    weight = sum(field_weight(text) for _, text in written_fields(content))
    key = (content, secret_attached)
    return CONTENTS.get_or_make(key, weight, lambda: _compile_content(content, secret_attached=secret_attached))


def _compile_content(content: WebhookContent, *, secret_attached: bool) -> CompiledContent:
    compilation = Compilation(content, secret_attached=secret_attached)
    errors = tuple(problem for problem in compilation.problems if problem.severity == "error")
    if errors or compilation.compiled is None:
        raise ContentInvalid(errors)
    return compilation.compiled


class Compilation:
    """`compiled` is there unless `problems` has an error; `fields` holds what could be compiled, by field."""

    def __init__(self, content: WebhookContent, *, secret_attached: bool) -> None:
        self.content = content
        self.problems: list[Problem] = []
        self.fields: dict[str, FieldTemplate] = {}
        self.compiled: CompiledContent | None = None
        self._started = work_time()
        if self._is_small_enough():
            compiled = self._compile("url_fixed_host" if secret_attached else "url")
            failed = any(problem.severity == "error" for problem in self.problems)
            self.compiled = None if failed else compiled

    def _compile(self, url_language: str) -> CompiledContent:
        content = self.content
        message_text = self._message_text()
        url = self._field("url", url_language, content.url)
        parameters = self._named("parameters", content.parameters, "text", lambda name: quote(name, safe=""))
        headers, content_type = self._headers()
        body, fixed_headers = self._body(content_type)
        straight = straight_function(
            message_text=message_text,
            url=url,
            parameters=parameters,
            headers=headers,
            fixed_headers=fixed_headers,
            body=body,
        )
        return CompiledContent(
            content.method, content.missing, message_text, url, parameters, headers, fixed_headers, body, straight
        )

    def _refuse(self, field: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(field, message, hint))

    def _is_small_enough(self) -> bool:
        sources = list(written_fields(self.content))
        if sum(len(text) for _, text in sources) > limits.MAX_CONTENT_CHARACTERS:
            self._refuse("body", f"The content is longer than {limits.MAX_CONTENT_CHARACTERS:,} characters in all.")
        if sum(text.count("{{") + text.count("{%") for _, text in sources) > limits.MAX_TAGS:
            self._refuse("body", f"The content has more than {limits.MAX_TAGS:,} values and tags in all.")
        if len(sources) > limits.MAX_FIELDS:
            self._refuse(
                "body", f"The content has more than {limits.MAX_FIELDS} parameters, headers and values in all."
            )
        return not self.problems

    def _field(self, field: str, language: str, text: str) -> FieldTemplate:
        """The compiled field; an empty one, and a problem, if it is refused."""
        if work_time() - self._started > limits.MAX_COMPILE_SECONDS:
            self._refuse(field, "The content is too complex to check.", "Use fewer loops and branches.")
            return _NOTHING
        try:
            template = compile_field(language, text, self.content.missing)
        except TemplateRefused as refusal:
            self.problems.append(Problem(field, refusal.message, refusal.hint, refusal.line, refusal.column))
            return _NOTHING
        self.fields[field] = template
        for line, column, message in template.warnings:
            self.problems.append(Problem(field, message, "", line, column, "warning"))
        return template

    def _message_text(self) -> FieldTemplate:
        template = self._field("message_text", "text", self.content.message_text)
        if any(use.path.partition(".")[0] == "message" for use in template.uses):
            self._refuse("message_text", "The message text can't contain itself.", "Remove {{ message }} from it.")
        return template

    def _named(
        self, group: str, pairs: Sequence[Pair], language: str, encode: Callable[[str], str]
    ) -> tuple[NamedField, ...]:
        fields = []
        for index, pair in written_pairs(pairs):
            if self._name_is_fixed(f"{group}.{index}.name", pair.name):
                field = f"{group}.{index}.value"
                fields.append(NamedField(encode(pair.name), field, self._field(field, language, pair.value)))
        return tuple(fields)

    def _name_is_fixed(self, field: str, name: str) -> bool:
        if not name.strip():
            self._refuse(field, "This row has a value but no name.", "Give it a name, or remove the row.")
        elif "{{" in name or "{%" in name or "{#" in name:
            self._refuse(field, "A value can't choose a name.", "Write the name by hand.")
        elif not name.isprintable():
            self._refuse(field, "The name has a character that can't be sent.", "Write the name again.")
        else:
            return True
        return False

    # Headers

    def _headers(self) -> tuple[tuple[NamedField, ...], str | None]:
        """The headers, and the content type that is written among them."""
        headers = self._named("headers", self.content.headers, "header", str.strip)
        written = [header for header in headers if self._header_is_allowed(header) == "content-type"]
        if not written:
            return headers, None
        if len(written) > 1:
            self._refuse(written[1].field, "There are two Content-Type headers.", "Remove one of them.")
        content_type = written[0].template.constant
        if content_type is None:
            self._refuse(written[0].field, "A value can't choose the content type.", "Write it by hand.")
        elif content_type:
            self._check_content_type(written[0].field, content_type)
        return headers, content_type or ""

    def _header_is_allowed(self, header: NamedField) -> str:
        name, field = header.name.lower(), header.field.removesuffix("value") + "name"
        if not HEADER_NAME.match(name):
            self._refuse(field, f"“{header.name}” is not a header name.", "Use letters, digits and -, as in X-Source.")
        elif name in RESERVED:
            self._refuse(field, f"The header {header.name} can't be set here. {RESERVED[name]}", "Remove it.")
        return name

    def _check_content_type(self, field: str, content_type: str) -> None:
        if not CONTENT_TYPE.match(content_type):
            self._refuse(field, f"“{content_type[:100]}” is not a content type.", "Write it like application/json.")
        elif not is_utf8(content_type):
            self._refuse(field, "The body is always sent as UTF-8.", "Write charset=utf-8, or leave the charset out.")

    # Body

    def _body(self, content_type: str | None) -> tuple[BodyWriter, tuple[tuple[bytes, bytes], ...]]:
        """How the body is written, and the content type header that goes with it unless one is written."""
        body = self.content.body
        if isinstance(body, NoBody):
            return EmptyBody(), ()
        writer, default = self._body_writer(body, content_type)
        return writer, () if content_type is not None else ((b"Content-Type", default.encode()),)

    def _body_writer(
        self, body: JsonPairsBody | FormBody | MultipartBody | RawBody, content_type: str | None
    ) -> tuple[BodyWriter, str]:
        if isinstance(body, JsonPairsBody):
            return self._json_pairs(body), "application/json"
        if isinstance(body, FormBody):
            return FormWriter(self._named("body.pairs", body.pairs, "text", quote_plus)), FORM_TYPE
        if isinstance(body, MultipartBody):
            return self._multipart(body, content_type)
        if content_type is None:
            self._check_content_type("body.content_type", body.content_type)
        language = language_of(body.content_type if content_type is None else content_type)
        return TextBody(self._field("body.text", language, body.text)), body.content_type.strip()

    def _multipart(self, body: MultipartBody, content_type: str | None) -> tuple[BodyWriter, str]:
        if content_type is not None:
            hint = "Remove the header: it is written with the line that separates the parts."
            self._refuse("headers", "A multipart body needs a Content-Type of its own.", hint)
        boundary = multipart_boundary(pair.name for pair in body.pairs)
        writer = MultipartWriter(self._named("body.pairs", body.pairs, "text", multipart_name), boundary)
        return writer, writer.content_type

    def _json_pairs(self, body: JsonPairsBody) -> JsonPairsWriter:
        seen: set[str] = set()
        pairs = []
        for index, pair in written_pairs(body.pairs):
            name_field, field = f"body.pairs.{index}.name", f"body.pairs.{index}.value"
            if not self._name_is_fixed(name_field, pair.name):
                continue
            if pair.name in seen:
                self._refuse(name_field, f"The name “{pair.name}” is there twice.", "Remove or rename one of them.")
            seen.add(pair.name)
            template = self._json_pair(field, pair)
            pairs.append((NamedField(quoted_json(pair.name), field, template), pair.type))
        return JsonPairsWriter(tuple(pairs))

    def _json_pair(self, field: str, pair: JsonPair) -> FieldTemplate:
        template = self._field(field, "json" if pair.type == "json" else "text", pair.value)
        check = _PAIR_CHECKS.get(pair.type)
        if check and template.constant is not None and field in self.fields:
            self._check_constant(field, template.constant, pair.type)
        return template

    def _check_constant(self, field: str, text: str, kind: str) -> None:
        try:
            _PAIR_CHECKS[kind](text, self.content.missing == "empty")
        except MissingValue:
            self._refuse(field, f"This {kind} is empty.", "Write a value, or choose the type Text.")
        except RenderFailure as failure:
            self._refuse(field, failure.message, failure.hint)


def written_pairs(pairs: Sequence[PairKind]) -> Iterable[tuple[int, PairKind]]:
    """The rows that are switched on and not blank, with their numbers."""
    return ((index, pair) for index, pair in enumerate(pairs) if pair.enabled and (pair.name or pair.value))


def written_fields(content: WebhookContent) -> Iterable[tuple[str, str]]:
    """The source of every personalised field, by field."""
    yield "message_text", content.message_text
    yield "url", content.url
    groups: list[tuple[str, Sequence[Pair]]] = [("parameters", content.parameters), ("headers", content.headers)]
    if isinstance(content.body, RawBody):
        yield "body.text", content.body.text
    elif isinstance(content.body, (JsonPairsBody, FormBody, MultipartBody)):
        groups.append(("body.pairs", content.body.pairs))
    for group, pairs in groups:
        for index, pair in written_pairs(pairs):
            yield f"{group}.{index}.value", pair.value
