"""What was written in a campaign and isn't in use: it comes back when it is wanted again, and is never sent."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from templates_lib.content import Body, JsonPair, JsonPairsBody, NoBody, Pair, RawBody, WebhookContent
from webhooks_platform.base.typed_json import StoredModel


class Replaced(BaseModel):
    """The content before a template or a command took its place, which made ``revision`` of the campaign."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    revision: int
    content: WebhookContent
    template: int | None = None
    template_version: int | None = None


class SetAside(StoredModel):
    """``pairs`` and ``raw``: of the kinds of body that aren't chosen. ``replaced``: what Undo brings back."""

    pairs: tuple[JsonPair, ...] = ()
    raw: RawBody = RawBody()
    replaced: Replaced | None = None

    def with_replaced(self, replaced: Replaced | None) -> Self:
        return self.model_copy(update={"replaced": replaced})

    def after(self, before: Body, now: Body) -> Self:
        """With ``before`` set aside, where ``now`` is of another kind."""
        if before.kind == now.kind or isinstance(before, NoBody):
            return self
        if isinstance(before, RawBody):
            return self.model_copy(update={"raw": before})
        return self.model_copy(update={"pairs": self.rows(before)})

    def rows(self, body: Body) -> tuple[Pair, ...]:
        """What the body's rows show. Forms have no types, so theirs are by name what JSON pairs had."""
        if isinstance(body, JsonPairsBody):
            return body.pairs
        if isinstance(body, NoBody | RawBody):
            return self.pairs
        types = {pair.name: pair.type for pair in self.pairs}
        return tuple(JsonPair(**pair.model_dump(), type=types.get(pair.name, "text")) for pair in body.pairs)

    def text(self, body: Body) -> RawBody:
        """What the raw text and its content type show."""
        return body if isinstance(body, RawBody) else self.raw
