"""The Content tab's form: fields named after the content's own paths (``headers.0.value``), so that every problem found
in the content points at its input.
"""

from typing import Any

from django.http import QueryDict
from pydantic import ValidationError

from frontend.rows import rows_from
from templates_lib.content import WebhookContent
from webhooks_platform.base.errors import InvalidInput
from webhooks_platform.base.numbers import number_in

ROW_LIMIT = 200
BODY_KINDS = (
    ("none", "None"),
    ("json_pairs", "JSON key-value pairs"),
    ("form", "Form parameters"),
    ("multipart", "Multipart"),
    ("raw", "Raw text"),
)
METHODS = tuple((method, method) for method in ("POST", "GET", "PUT", "PATCH", "DELETE"))
CONTENT_TYPES = ("application/json", "application/xml", "text/plain", "text/csv", "application/x-ndjson")
MISSING_RULES = (
    ("skip", "Skip this person and log why"),
    ("empty", "Send it empty"),
    ("stop", "Stop the campaign"),
)


def content_posted(form: QueryDict, saved: WebhookContent) -> WebhookContent:
    """As `content_from_form`; the content as saved where the form is only shown, which posts nothing of it."""
    return content_from_form(form) if "url" in form else saved


def content_from_form(form: QueryDict) -> WebhookContent:
    """The content that the form describes; raises InvalidInput naming the field for what can't be stored."""
    data: dict[str, Any] = {
        "method": form.get("method", "POST"),
        "url": form.get("url", "").strip(),
        "parameters": _rows(form, "parameters"),
        "headers": _rows(form, "headers"),
        "connection_id": _connection_id(form),
        "body": _body(form),
        "message_text": _text(form, "message_text"),
        "missing": form.get("missing", "skip"),
    }
    try:
        return WebhookContent.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise InvalidInput(f"{field}: {first['msg']}", field=field) from error


def _connection_id(form: QueryDict) -> int | None:
    return number_in(form.get("connection", ""))


def _body(form: QueryDict) -> dict[str, Any]:
    kind = form.get("body.kind", "none")
    if kind == "json_pairs":
        return {"kind": kind, "pairs": _rows(form, "body.pairs", typed=True)}
    if kind in ("form", "multipart"):
        return {"kind": kind, "pairs": _rows(form, "body.pairs")}
    if kind == "raw":
        content_type = form.get("body.content_type", "").strip() or "application/json"
        return {"kind": kind, "text": _text(form, "body.text"), "content_type": content_type}
    return {"kind": kind}


def _text(form: QueryDict, name: str) -> str:
    """Browsers send CR LF; what people see and count is LF."""
    return form.get(name, "").replace("\r\n", "\n")


def _rows(form: QueryDict, name: str, *, typed: bool = False) -> list[dict[str, Any]]:
    rows = rows_from(form, name, keep_gaps=True)
    if len(rows) > ROW_LIMIT:
        raise InvalidInput(f"At most {ROW_LIMIT} rows are possible here.", field=name)
    parts = ("name", "value", "enabled", "type") if typed else ("name", "value", "enabled")
    return [{part: getattr(row, part) for part in parts} for row in rows]
