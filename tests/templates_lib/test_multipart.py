"""Multipart bodies, read back by the standard library's parser."""

from email import message_from_bytes, policy

import pytest

from templates_lib.checks import check_content
from templates_lib.content import MultipartBody, Pair, WebhookContent
from templates_lib.rendering import RenderedRequest, RenderProblem, compile_content

NASTY = 'Zoë "Z" O\'Neil \\ <b>\n--x\r\nContent-Disposition: form-data; name="admin"\r\n\r\n1 😀'


def multipart(*pairs, **parts):
    body = MultipartBody(pairs=tuple(Pair(name=name, value=value) for name, value in pairs))
    return WebhookContent(url="https://a.example/", body=body, **parts)


def rendered(content, **context):
    return compile_content(content, secret_attached=False).render(context)


def read_back(request):
    [(name, value)] = request.headers
    message = message_from_bytes(name + b": " + value + b"\r\n\r\n" + request.body, policy=policy.HTTP)
    return [
        (part.get_param("name", header="content-disposition"), bytes(part.get_payload(decode=True)).decode())
        for part in message.iter_parts()
    ]


@pytest.mark.parametrize("value", ["Ada", "", NASTY, "\r\n", "--", "a" * 10_000])
def test_a_value_arrives_whole_and_adds_no_part(value):
    request = rendered(multipart(("n", "{{ v | default('') }}"), ("k", "1")), v=value)
    assert isinstance(request, RenderedRequest)
    assert read_back(request) == [("n", value), ("k", "1")]


def test_the_same_person_gives_the_same_bytes():
    content = multipart(("n", "{{ v }}"))
    assert rendered(content, v="x") == rendered(content, v="x")


def test_a_value_can_not_end_its_part():
    content = multipart(("n", "{{ v }}"))
    boundary = rendered(content, v="x").headers[0][1].decode().partition("boundary=")[2]
    problem = rendered(content, v=f"\r\n--{boundary}--\r\n")
    assert isinstance(problem, RenderProblem)
    assert (problem.kind, problem.field) == ("invalid", "body.pairs.0.value")


def test_a_quotation_mark_in_a_name_is_written_as_browsers_do():
    assert b'name="a%22b"' in rendered(multipart(('a"b', "1"))).body


def test_a_missing_value_skips_as_everywhere():
    problem = rendered(multipart(("n", "{{ v }}")))
    assert (problem.kind, problem.missing) == ("missing", ("v",))


def test_a_content_type_of_ones_own_is_refused():
    content = multipart(("n", "1"), headers=(Pair(name="Content-Type", value="text/plain"),))
    assert "Content-Type of its own" in check_content(content, secret_attached=False)[0].message
