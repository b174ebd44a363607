import pytest

from frontend.api_reference import Reader, Words, code_spans

PART = {"type": "object", "properties": {"kind": {"enum": ["a", "b"]}, "id": {"type": "integer", "readOnly": True}}}
SCHEMA = {
    "paths": {
        "/things": {
            "post": {
                "operationId": "things_create",
                "tags": ["Things"],
                "description": "Makes a thing. Twice is once.",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string"},
                    "id": {"type": "integer", "readOnly": True},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
                },
            },
            "Part": PART,
            "Unused": PART,
        }
    },
}


@pytest.fixture
def reference():
    return Reader(SCHEMA, "https://product.example").read()


def test_an_operation_is_called_by_its_first_sentence(reference):
    (operation,) = reference.groups[0].operations
    assert (operation.title, operation.text) == ("Makes a thing", "Twice is once.")


def test_a_body_has_no_fields_that_only_answers_have(reference):
    (operation,) = reference.groups[0].operations
    assert [(field.name, field.needed) for field in operation.body] == [("name", True), ("parts", False)]
    assert operation.body[1].type == (Words("list of "), Words("Part", "Part"))


def test_shapes_are_those_that_are_linked_to(reference):
    assert [shape.name for shape in reference.shapes] == ["Part", "Thing"]
    assert reference.shapes[0].fields[0].type == (Words('"a" | "b"'),)


def test_the_example_sends_what_has_to_be_there(reference):
    (operation,) = reference.groups[0].operations
    assert operation.curl.startswith("curl -X POST 'https://product.example/things' \\\n")
    assert """-d '{"name": "…"}'""" in operation.curl


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "whole number or null"),
        ({"type": ["string", "null"], "format": "date-time"}, "time or null"),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, "object of true or false"),
        ({"const": "x"}, '"x"'),
        ({}, "any JSON"),
    ],
)
def test_types_in_words(schema, words):
    found = Reader({"paths": {}}, "")._type(schema)
    assert "".join(each.text for each in found) == words


def test_code_stands_out():
    assert code_spans("`next` of a page") == [("next", True), (" of a page", False)]
