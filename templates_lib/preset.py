"""What a preset is: content with blanks, and where the answers are found."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from templates_lib.content import WebhookContent
from templates_lib.errors import TemplateInvalid


@dataclass(frozen=True)
class Blank:
    """A place to fill in, written ``[[name]]`` in the content. ``pattern`` lets nothing in that ends a JSON string."""

    name: str
    label: str
    where: str
    example: str
    pattern: str


@dataclass(frozen=True)
class Access:
    """The connection that the request needs: what to choose in its form, and where to get it."""

    origin: str
    kind: str
    where: str


@dataclass(frozen=True)
class Preset:
    key: str
    name: str
    summary: str
    content: WebhookContent
    blanks: tuple[Blank, ...]
    access: Access
    notes: tuple[str, ...]
    reference: str

    @property
    def destination(self) -> str:
        """The host, with the examples where it differs from one to another."""
        return urlsplit(self._example(self.content.url)).netloc

    @property
    def origin(self) -> str:
        """Of the connection that it needs, with the examples."""
        return self._example(self.access.origin)

    def _example(self, text: str) -> str:
        for blank in self.blanks:
            text = text.replace(f"[[{blank.name}]]", blank.example)
        return text


def preset_content(preset: Preset, answers: Mapping[str, str], *, connection_id: int | None = None) -> WebhookContent:
    """The preset's content with the answers in their places; raises TemplateInvalid, its field the blank's name."""
    text = preset.content.model_dump_json()
    for blank in preset.blanks:
        answer = answers.get(blank.name, "").strip()
        if not re.fullmatch(blank.pattern, answer):
            raise TemplateInvalid(f"{blank.label} looks like {blank.example}. {blank.where}", field=blank.name)
        text = text.replace(f"[[{blank.name}]]", answer)
    return WebhookContent.model_validate_json(text).model_copy(update={"connection_id": connection_id})
