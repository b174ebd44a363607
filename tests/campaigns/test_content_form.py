import pytest
from django.http import QueryDict

from campaigns.content_form import ROW_LIMIT, content_from_form
from templates_lib.content import FormBody, JsonPair, JsonPairsBody, MultipartBody, NoBody, Pair, RawBody
from webhooks_platform.base.errors import InvalidInput


def form(**fields):
    query = QueryDict(mutable=True)
    query.update({name.replace("__", "."): value for name, value in fields.items()})
    return query


def rows(name, *pairs):
    fields: dict[str, str] = {}
    for index, (key, value) in enumerate(pairs):
        fields |= {f"{name}.{index}.name": key, f"{name}.{index}.value": value, f"{name}.{index}.enabled": "on"}
    return fields


def test_an_empty_form_is_empty_content():
    content = content_from_form(form())
    assert (content.method, content.url, content.body) == ("POST", "", NoBody())


def test_rows_keep_their_order_and_the_blank_one_goes():
    content = content_from_form(form(**rows("headers", ("X-A", "1"), ("X-B", "{{ x }}"), ("", ""))))
    assert content.headers == (Pair(name="X-A", value="1"), Pair(name="X-B", value="{{ x }}"))


def test_a_blank_row_in_the_middle_stays_so_that_numbers_agree():
    content = content_from_form(form(**rows("parameters", ("", ""), ("b", "2"))))
    assert content.parameters[1].name == "b"


def test_a_row_without_its_box_is_off():
    fields = rows("headers", ("X-A", "1"))
    del fields["headers.0.enabled"]
    assert not content_from_form(form(**fields)).headers[0].enabled


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"body.kind": "none"}, NoBody()),
        (
            {"body.kind": "json_pairs", **rows("body.pairs", ("n", "1")), "body.pairs.0.type": "number"},
            JsonPairsBody(pairs=(JsonPair(name="n", value="1", type="number"),)),
        ),
        ({"body.kind": "form", **rows("body.pairs", ("a", "b"))}, FormBody(pairs=(Pair(name="a", value="b"),))),
        (
            {"body.kind": "multipart", **rows("body.pairs", ("a", "b"))},
            MultipartBody(pairs=(Pair(name="a", value="b"),)),
        ),
        (
            {"body.kind": "raw", "body.text": "a\r\nb", "body.content_type": "text/plain"},
            RawBody(text="a\nb", content_type="text/plain"),
        ),
    ],
)
def test_each_kind_of_body(fields, body):
    assert content_from_form(form(**fields)).body == body


def test_what_cannot_be_stored_names_its_field():
    with pytest.raises(InvalidInput, match="method") as caught:
        content_from_form(form(method="BREW"))
    assert caught.value.field == "method"


def test_too_many_rows_are_refused():
    with pytest.raises(InvalidInput, match=str(ROW_LIMIT)):
        content_from_form(form(**rows("headers", *[("a", "b")] * (ROW_LIMIT + 1))))
