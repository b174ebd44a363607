"""Where in the builder a field of the content stands: its words for people and the id of its input."""

PARTS = {
    "url": "URL",
    "method": "Method",
    "parameters": "Parameters",
    "headers": "Headers",
    "message_text": "Message text",
    "body": "Body",
    "connection": "Connection",
}


def field_label(field: str, line: int | None = None) -> str:
    """ "headers.1.value" becomes "Headers, row 2"; a line is added where a text has several."""
    head, *rest = field.split(".")
    words = PARTS.get(head, head.capitalize())
    numbers = [part for part in rest if part.isdigit()]
    if numbers:
        return f"{words}, row {int(numbers[0]) + 1}"
    return f"{words}, line {line}" if line and head == "body" else words
