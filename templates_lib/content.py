"""Webhook content: the complete definition of one request, as a marketer writes it.

A draft may hold mistakes, so this model accepts any text: `checks.check_content` says what is wrong and where, and
`rendering.compile_content` refuses content that can't be sent.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from webhooks_platform.base.typed_json import StoredModel

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
MissingRule = Literal["skip", "empty", "stop"]
ValueType = Literal["text", "number", "boolean", "json"]


class ContentPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pair(ContentPart):
    """One parameter, header or form value. The name is literal, the value is personalised."""

    name: str = ""
    value: str = ""
    enabled: bool = True


class JsonPair(Pair):
    """One name of a JSON object. `type` says how the rendered value stands in it."""

    type: ValueType = "text"


class NoBody(ContentPart):
    kind: Literal["none"] = "none"


class JsonPairsBody(ContentPart):
    kind: Literal["json_pairs"] = "json_pairs"
    pairs: tuple[JsonPair, ...] = ()


class FormBody(ContentPart):
    kind: Literal["form"] = "form"
    pairs: tuple[Pair, ...] = ()


class MultipartBody(ContentPart):
    """multipart/form-data with text fields (RFC 7578)."""

    kind: Literal["multipart"] = "multipart"
    pairs: tuple[Pair, ...] = ()


class RawBody(ContentPart):
    """Text written by hand; its content type decides how values are escaped in it."""

    kind: Literal["raw"] = "raw"
    text: str = ""
    content_type: str = "application/json"


Body = Annotated[NoBody | JsonPairsBody | FormBody | MultipartBody | RawBody, Field(discriminator="kind")]


class WebhookContent(StoredModel):
    method: Method = "POST"
    url: str = ""
    parameters: tuple[Pair, ...] = ()
    headers: tuple[Pair, ...] = ()
    connection_id: int | None = None
    body: Body = NoBody()
    message_text: str = ""
    missing: MissingRule = "skip"

    def without_message(self) -> Self:
        """What a template keeps: everything except the message text."""
        return self.with_message("")

    def with_message(self, text: str) -> Self:
        """This content carrying another message text."""
        return self.model_copy(update={"message_text": text})
