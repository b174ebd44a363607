from templates_lib.content import FormBody, JsonPair, JsonPairsBody, Pair, RawBody, WebhookContent
from templates_lib.describe import content_difference, content_lines


def test_every_setting_is_a_line() -> None:
    content = WebhookContent(
        method="PUT",
        url="https://api.example.com/",
        parameters=(Pair(name="a", value="1"), Pair()),
        headers=(Pair(name="X-A", value="b", enabled=False),),
        body=JsonPairsBody(pairs=(JsonPair(name="age", value="{{ age }}", type="number"),)),
        missing="stop",
    )
    assert content_lines(content, connection="CRM (Basic)") == [
        "PUT https://api.example.com/",
        "Connection: CRM (Basic)",
        "Parameters:",
        "  a = 1",
        "Headers:",
        "  X-A = b (off)",
        "Body, JSON:",
        "  age (number) = {{ age }}",
        "If a value is missing: stop the campaign",
    ]


def test_other_bodies() -> None:
    form = content_lines(WebhookContent(body=FormBody(pairs=(Pair(name="a", value="1"),))), connection="")
    assert form[2:4] == ["Body, Form:", "  a = 1"]
    raw = content_lines(WebhookContent(body=RawBody(text="<a>\n</a>", content_type="text/xml")), connection="")
    assert raw[2:5] == ["Body, text/xml:", "  <a>", "  </a>"]


def test_differences_are_marked() -> None:
    lines = content_difference(["same", "--- old"], ["same", "+++ new", "@@ more"])
    assert [(line.mark, line.text) for line in lines] == [
        (" ", "same"),
        ("-", "--- old"),
        ("+", "+++ new"),
        ("+", "@@ more"),
    ]
    assert content_difference(["same"], ["same"]) == []
