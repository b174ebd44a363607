"""What content as a whole may be: names, headers, content types, sizes, and the request that is built."""

import time
from typing import Any

import pytest

from templates_lib.content import FormBody, JsonPair, JsonPairsBody, NoBody, Pair, RawBody, WebhookContent
from templates_lib.rendering import ContentInvalid, compile_content
from tests.templates_lib.rendering import URL, raw, refused, render

X = "{{ x }}"


def one_header(name: str, value: str) -> dict[str, Any]:
    return {"url": URL, "headers": (Pair(name=name, value=value),)}


PROBLEMS: list[tuple[dict[str, Any], str, str]] = [
    ({"url": ""}, "url", "must start with https://"),
    ({"url": "https://{{ x }}.example.com/"}, "url", "secret is sent there"),
    ({"url": URL, "message_text": "{{ message }}"}, "message_text", "contain itself"),
    (one_header("Bad Name", "v"), "headers.0.name", "not a header name"),
    (one_header("", "v"), "headers.0.name", "no name"),
    (one_header("X-{{ x }}", "v"), "headers.0.name", "can't choose a name"),
    (one_header("X-A\r\nX-B", "v"), "headers.0.name", "can't be sent"),
    (one_header("X-A", "v\nX-B: w"), "headers.0.value", "line breaks"),
    (one_header("Content-Type", X), "headers.0.value", "can't choose the content type"),
    (one_header("Content-Type", "json"), "headers.0.value", "not a content type"),
    (one_header("Content-Type", "text/plain; charset=iso-8859-1"), "headers.0.value", "UTF-8"),
    ({"url": URL, "body": RawBody(text="a", content_type="text")}, "body.content_type", "not a content type"),
    ({"url": URL, "body": RawBody(text="a", content_type="a/b\r\nX: y")}, "body.content_type", "not a content type"),
    ({"url": URL, "body": RawBody(text="a", content_type="text/plain; charset=utf-16")}, "body.content_type", "UTF-8"),
    ({"url": URL, "body": RawBody(text="{")}, "body.text", "never closed"),
    (
        {"url": URL, "body": JsonPairsBody(pairs=(JsonPair(name="a", value="1"), JsonPair(name="a")))},
        "body.pairs.1.name",
        "there twice",
    ),
    (
        {"url": URL, "body": JsonPairsBody(pairs=(JsonPair(name="a", value="x", type="number"),))},
        "body.pairs.0.value",
        "not a number",
    ),
    (
        {"url": URL, "body": JsonPairsBody(pairs=(JsonPair(name="a", value="", type="boolean"),))},
        "body.pairs.0.value",
        "empty",
    ),
    (
        {"url": URL, "body": JsonPairsBody(pairs=(JsonPair(name="a", value="{{", type="json"),))},
        "body.pairs.0.value",
        "never closed",
    ),
    ({"url": URL, "parameters": (Pair(name="a"),) * 201}, "body", "more than 200"),
    ({"url": URL, "parameters": (Pair(name="a", value="x" * 60_000),) * 5}, "body", "longer than 262,144"),
    ({"url": URL + "/" + "x" * 9000}, "url", "longer than 8,192"),
]


@pytest.mark.parametrize(("content", "field", "words"), PROBLEMS)
def test_problem_with_its_field(content: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(ContentInvalid) as invalid:
        compile_content(WebhookContent(**content), secret_attached=True)
    problem = invalid.value.problems[0]
    assert problem.field == field
    assert words in f"{problem.message} {problem.hint}"
    assert problem.hint or "longer" in words or "more than" in words


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "webhook-id",
        "Webhook-Timestamp",
        "webhook-signature",
        "IDEMPOTENCY-KEY",
        "Expect",
    ],
)
def test_reserved_header(name: str) -> None:
    with pytest.raises(ContentInvalid, match=f"The header {name} can't be set here"):
        compile_content(WebhookContent(**one_header(name, "x")), secret_attached=False)


def test_every_problem_is_found_at_once() -> None:
    content = WebhookContent(
        url="x", headers=(Pair(name="Host", value="x"),), message_text="{{", body=RawBody(text="}")
    )
    with pytest.raises(ContentInvalid) as invalid:
        compile_content(content, secret_attached=True)
    fields = [problem.field for problem in invalid.value.problems]
    assert fields == ["message_text", "url", "headers.0.name", "body.text"]


CONTENT_TYPES = [
    (NoBody(), None, b""),
    (JsonPairsBody(pairs=(JsonPair(name="a", value=X),)), b"application/json", b'{"a":"<\\""}'),
    (JsonPairsBody(), b"application/json", b"{}"),
    (FormBody(pairs=(Pair(name="a b", value=X),)), b"application/x-www-form-urlencoded", b"a+b=%3C%22"),
    (RawBody(text='["{{ x }}"]'), b"application/json", b'["<\\""]'),
    (RawBody(text='["{{ x }}"]', content_type="application/vnd.api+json"), b"application/vnd.api+json", b'["<\\""]'),
    (
        RawBody(text="<a>{{ x }}</a>", content_type="text/xml; charset=utf-8"),
        b"text/xml; charset=utf-8",
        b'<a>&lt;"</a>',
    ),
    (RawBody(text="<a>{{ x }}</a>", content_type="text/plain"), b"text/plain", b'<a><"</a>'),
    (
        RawBody(text="a={{ x }}", content_type="application/x-www-form-urlencoded"),
        b"application/x-www-form-urlencoded",
        b"a=%3C%22",
    ),
]


@pytest.mark.parametrize(("body", "content_type", "sent"), CONTENT_TYPES)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_body_and_content_type(method: Any, body: Any, content_type: bytes | None, sent: bytes) -> None:
    request = render(WebhookContent(method=method, url=URL, body=body), x='<"')
    assert request.method == method
    assert request.body == sent
    assert request.headers == (((b"Content-Type", content_type),) if content_type else ())


def test_written_content_type_decides() -> None:
    headers = (Pair(name="content-type", value="application/xml"), Pair(name="X-Off", value=X, enabled=False))
    request = render(raw("<a>{{ x }}</a>", "text/plain", headers=headers), x="<")
    assert (request.headers, request.body) == (((b"content-type", b"application/xml"),), b"<a>&lt;</a>")
    twice = raw("a", headers=(headers[0], headers[0]))
    with pytest.raises(ContentInvalid, match="two Content-Type"):
        compile_content(twice, secret_attached=True)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example.com", "https://a.example.com/?q=1%26"),
        ("https://a.example.com/p", "https://a.example.com/p?q=1%26"),
        ("https://a.example.com/p?", "https://a.example.com/p?q=1%26"),
        ("https://a.example.com/p?r=/../", "https://a.example.com/p?r=/../&q=1%26"),
        ("http://127.0.0.1:9000/p?r=2&", "http://127.0.0.1:9000/p?r=2&q=1%26"),
    ],
)
def test_parameters_follow_those_of_the_url(url: str, expected: str) -> None:
    blank = Pair()
    assert render(WebhookContent(url=url, parameters=(blank, Pair(name="q", value=X))), x="1&").url == expected


def test_too_long_for_this_person() -> None:
    assert refused(WebhookContent(url=URL, parameters=(Pair(name="q", value=X),)), x="x" * 9000).field == "parameters"
    assert refused(WebhookContent(**one_header("X-A", X)), x="x" * 20_000).field == "headers.0.value"
    assert refused(raw("{{ x }}{{ x }}{{ x }}", "application/x-www-form-urlencoded"), x="é" * 100_000).kind == "budget"


def test_content_that_takes_too_long_to_compile() -> None:
    nested = "{% for a in x %}" * 3 + "text " * 240 + "{% endfor %}" * 3
    headers = tuple(Pair(name=f"X-{number}", value=f"{number}{nested}") for number in range(190))
    started = time.thread_time()
    with pytest.raises(ContentInvalid, match="complex"):
        compile_content(WebhookContent(url=URL, headers=headers), secret_attached=True)
    assert time.thread_time() - started < 3


def test_compiled_once_for_equal_content() -> None:
    first = compile_content(raw('{"a": {{ x }}}'), secret_attached=True)
    assert compile_content(raw('{"a": {{ x }}}'), secret_attached=True) is first
    assert compile_content(raw('{"a": {{ x }}}'), secret_attached=False) is not first


def test_subdomain_from_a_value_without_a_secret() -> None:
    content = WebhookContent(url="https://{{ shop }}.example.com/")
    request = compile_content(content, secret_attached=False).render({"shop": "my-shop"})
    assert getattr(request, "url", request) == "https://my-shop.example.com/"
    problem = compile_content(content, secret_attached=False).render({"shop": "evil.example/"})
    assert getattr(problem, "kind", problem) == "invalid"
