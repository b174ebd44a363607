"""The API's schema (OpenAPI) as a person reads it: operations in groups, and the shapes that their fields have."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify

Schema = dict[str, Any]
KINDS = {"integer": "whole number", "boolean": "true or false", "string": "text", "null": "null"}
EXAMPLES: dict[str, Any] = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
REFERENCE = "#/components/schemas/"


@dataclass(frozen=True)
class Words:
    """A piece of what a field holds; ``shape`` names the shape that it links to."""

    text: str
    shape: str = ""


@dataclass(frozen=True)
class FieldLine:
    name: str
    type: tuple[Words, ...]
    needed: bool = False
    text: str = ""
    place: str = ""


@dataclass(frozen=True)
class Answer:
    status: str
    type: tuple[Words, ...]


@dataclass(frozen=True)
class Operation:
    key: str
    method: str
    path: str
    title: str
    text: str
    parameters: tuple[FieldLine, ...]
    body: tuple[FieldLine, ...]
    body_type: tuple[Words, ...]
    answers: tuple[Answer, ...]
    curl: str


@dataclass(frozen=True)
class Group:
    name: str
    slug: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True)
class Shape:
    name: str
    text: str
    fields: tuple[FieldLine, ...]
    is_one_of: tuple[Words, ...]


@dataclass(frozen=True)
class Reference:
    groups: tuple[Group, ...]
    shapes: tuple[Shape, ...]


class Reader:
    """Reads one schema; requests in examples go to ``origin``."""

    def __init__(self, schema: Schema, origin: str) -> None:
        self._paths: Schema = schema["paths"]
        self._parts: Schema = schema.get("components", {}).get("schemas", {})
        self._origin = origin

    def read(self) -> Reference:
        groups: dict[str, list[Operation]] = {}
        for path, operations in self._paths.items():
            for method, found in operations.items():
                groups.setdefault(found["tags"][0], []).append(self._operation(method.upper(), path, found))
        read = tuple(Group(name, slugify(name), tuple(found)) for name, found in sorted(groups.items()))
        return Reference(read, self._shapes(read))

    def _operation(self, method: str, path: str, found: Schema) -> Operation:
        title, text = _title_and_text(found.get("summary", ""), found.get("description", ""))
        body = _json_of(found.get("requestBody", {}))
        return Operation(
            key=found["operationId"],
            method=method,
            path=path,
            title=title or path,
            text=text,
            parameters=tuple(self._parameter(each) for each in found.get("parameters", [])),
            body=self._fields(body, sent=True),
            body_type=self._type(body) if body else (),
            answers=tuple(
                Answer(status, self._type(_json_of(answer)) if _json_of(answer) else ())
                for status, answer in found["responses"].items()
            ),
            curl=self._curl(method, path, body),
        )

    def _parameter(self, found: Schema) -> FieldLine:
        needed, text = found.get("required", False), found.get("description", "")
        return FieldLine(found["name"], self._type(found["schema"]), needed, text, found["in"])

    def _fields(self, schema: Schema, *, sent: bool = False) -> tuple[FieldLine, ...]:
        """``sent``: those of a request, without what only answers have."""
        whole = self._resolved(schema)
        needed = set(whole.get("required", []))
        return tuple(
            FieldLine(name, self._type(each), name in needed, each.get("description", ""))
            for name, each in whole.get("properties", {}).items()
            if not (sent and each.get("readOnly"))
        )

    def _resolved(self, schema: Schema) -> Schema:
        name = schema.get("$ref", "").removeprefix(REFERENCE)
        part: Schema = self._parts[name] if name else schema
        return part

    def _type(self, schema: Schema) -> tuple[Words, ...]:
        if "$ref" in schema:
            part = self._resolved(schema)
            return self._type(part) if "enum" in part else (Words(name := _name(schema), name),)
        for several in ("allOf", "anyOf", "oneOf"):
            if several in schema:
                return tuple(_joined([self._type(each) for each in schema[several]]))
        if "enum" in schema or "const" in schema:
            return (Words(_one_of(schema.get("enum", [schema.get("const")]))),)
        return self._plain(schema)

    def _plain(self, schema: Schema) -> tuple[Words, ...]:
        kind = schema.get("type", "")
        if isinstance(kind, list):
            return tuple(_joined([self._plain({**schema, "type": each}) for each in kind]))
        if kind == "array":
            return (Words("list of "), *self._type(schema.get("items", {})))
        if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
            return (Words("object of "), *self._type(schema["additionalProperties"]))
        times = {"date-time": "time", "date": "date"} if kind == "string" else {}
        return (Words(times.get(schema.get("format", ""), KINDS.get(kind, kind or "any JSON"))),)

    def _shapes(self, groups: tuple[Group, ...]) -> tuple[Shape, ...]:
        """All that the operations link to, and what those link to."""
        waiting, found = {name for group in groups for name in _linked(group.operations)}, dict[str, Shape]()
        while waiting:
            name = waiting.pop()
            part = self._parts[name]
            is_one_of = () if part.get("properties") else self._type(part)
            found[name] = Shape(name, part.get("description", ""), self._fields(part), is_one_of)
            words = [*is_one_of, *(each for field in found[name].fields for each in field.type)]
            waiting |= {each.shape for each in words if each.shape} - found.keys()
        return tuple(found[name] for name in sorted(found))

    def _curl(self, method: str, path: str, body: Schema) -> str:
        lines = [
            "curl" if method == "GET" else f"curl -X {method}",
            f"'{self._origin}{path}'",
            "-H 'Authorization: Bearer whp_…'",
        ]
        if body:
            lines += [
                "-H 'Content-Type: application/json'",
                f"-d '{json.dumps(self._example(body), ensure_ascii=False)}'",
            ]
        return " \\\n  ".join([" ".join(lines[:2]), *lines[2:]])

    def _example(self, schema: Schema) -> Any:
        """Whatever has to be there, of the right type."""
        whole = self._resolved(schema)
        if alternatives := whole.get("allOf") or whole.get("oneOf") or whole.get("anyOf"):
            return self._example(alternatives[0])
        if "enum" in whole or "default" in whole:
            return whole.get("default", whole.get("enum", [""])[0])
        if whole.get("properties"):
            return {name: self._example(whole["properties"][name]) for name in whole.get("required", [])}
        kind = whole.get("type", "string")
        return EXAMPLES.get(kind[0] if isinstance(kind, list) else kind, "…")


def _title_and_text(summary: str, description: str) -> tuple[str, str]:
    """The summary, or else the first sentence of the description; and what else the description says."""
    if summary:
        return summary, description
    first, _, rest = " ".join(description.split()).partition(". ")
    return first.rstrip("."), rest


def _json_of(found: Schema) -> Schema:
    schema: Schema = found.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _name(schema: Schema) -> str:
    name: str = schema["$ref"].removeprefix(REFERENCE)
    return name


def _one_of(values: Iterable[Any]) -> str:
    return " | ".join(json.dumps(value, ensure_ascii=False) for value in values)


def _joined(types: list[tuple[Words, ...]]) -> Iterator[Words]:
    for number, words in enumerate(types):
        if number:
            yield Words(" or ")
        yield from words


def _linked(operations: Iterable[Operation]) -> Iterator[str]:
    for operation in operations:
        lines = (*operation.parameters, *operation.body)
        words = [each for line in lines for each in line.type]
        words += [each for answer in operation.answers for each in answer.type]
        if not operation.body:
            words += operation.body_type
        yield from (each.shape for each in words if each.shape)


def code_spans(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it stood between backticks."""
    return [(piece, number % 2 == 1) for number, piece in enumerate(re.split(r"`([^`]+)`", text)) if piece]
