"""Webhook content in words, for reading and for comparing versions."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from templates_lib.content import FormBody, JsonPair, JsonPairsBody, MultipartBody, Pair, RawBody, WebhookContent

MISSING_WORDS = {
    "skip": "skip the person and log why",
    "empty": "send an empty value",
    "stop": "stop the campaign",
}
BODY_WORDS = {"none": "No body", "json_pairs": "JSON", "form": "Form", "multipart": "Multipart form", "raw": "Text"}


def content_lines(content: WebhookContent, *, connection: str) -> list[str]:
    """One setting a line, in the order of the Content tab. ``connection``: its name, for the id that content holds."""
    lines = [f"{content.method} {content.url}", f"Connection: {connection or 'none'}"]
    lines += _section("Parameters", content.parameters)
    lines += _section("Headers", content.headers)
    lines += _body_lines(content)
    lines.append(f"If a value is missing: {MISSING_WORDS[content.missing]}")
    return lines


def _section(title: str, pairs: Sequence[Pair]) -> list[str]:
    written = [pair for pair in pairs if pair.name or pair.value]
    return [f"{title}:", *map(_pair_line, written)] if written else []


def _pair_line(pair: Pair) -> str:
    kind = f" ({pair.type})" if isinstance(pair, JsonPair) and pair.type != "text" else ""
    return f"  {pair.name}{kind} = {pair.value}{'' if pair.enabled else ' (off)'}"


def _body_lines(content: WebhookContent) -> Iterator[str]:
    body = content.body
    if isinstance(body, JsonPairsBody | FormBody | MultipartBody):
        yield from _section(f"Body, {BODY_WORDS[body.kind]}", body.pairs)
    elif isinstance(body, RawBody):
        yield f"Body, {body.content_type}:"
        yield from (f"  {line}" for line in body.text.splitlines())


@dataclass(frozen=True)
class DifferenceLine:
    """``mark``: "-" stood in the old version, "+" stands in the new one, " " in both."""

    mark: str
    text: str

    @property
    def tone(self) -> str:
        return {"-": "bad", "+": "ok"}.get(self.mark, "")


def content_difference(old: Sequence[str], new: Sequence[str]) -> list[DifferenceLine]:
    """All lines of both, marked as a unified diff marks them; none when nothing differs."""
    if list(old) == list(new):
        return []
    marked = difflib.unified_diff(old, new, n=len(old) + len(new), lineterm="")
    return [DifferenceLine(line[:1], line[1:]) for line in marked if not line.startswith(("--- ", "+++ ", "@@ "))]
