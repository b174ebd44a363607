import pytest

from audience.attributes import Kind
from audience.fields import Field
from audience.models import Attribute
from campaigns.fallbacks import fallback_for, label_for, written
from campaigns.findings import content_findings
from templates_lib.content import RawBody, WebhookContent
from templates_lib.rendering import RenderedRequest, compile_content

KINDS: dict[str, Kind] = {
    "level": "text",
    "points": "number",
    "vip": "boolean",
    "tags": "list",
    "home": "object",
    "mixed": "number",
}
FALLBACKS = {
    "level": 'gold "plus" \\ }}',
    "points": "12.5",
    "vip": "true",
    "tags": '["a", null]',
    "home": '{"city": "Graz"}',
    "mixed": "many",
}


def fields(fallbacks=FALLBACKS):
    return {name: Field(f"attributes.{name}", name, kind, fallbacks.get(name, "")) for name, kind in KINDS.items()}


@pytest.mark.parametrize(
    ("name", "registered", "usual"),
    [
        ("level", r'"gold \"plus\" \\ }}"', '""'),
        ("points", "12.5", "0"),
        ("vip", "true", "false"),
        ("tags", '["a", none]', "[]"),
        ("home", '{"city": "Graz"}', "{}"),
        ("mixed", '"many"', "0"),
        ("first_name", '"there"', '"there"'),
        ("home.city", '""', '""'),
    ],
)
def test_the_registry_goes_before_what_is_usual(name, registered, usual):
    assert fallback_for(name, fields()) == registered
    assert fallback_for(name, fields({})) == usual


def test_the_button_names_the_fallback_of_the_registry():
    assert label_for("points", fields()) == "Add fallback “12.5”"
    assert label_for("first_name", fields()) == label_for("points", fields({})) == "Add fallback"


@pytest.mark.parametrize("text", ['a "quoted" \\ }} {% x', "Zoë {{ y }}", "tab\tand\nline", "{# no #}", "a\\u0041"])
def test_a_written_fallback_is_rendered_as_it_was(text):
    body = RawBody(text=f"{{{{ x | default({written(text)}) }}}}", content_type="text/plain")
    content = WebhookContent(method="POST", url="https://a.example", body=body)
    request = compile_content(content, secret_attached=False).render({})
    assert isinstance(request, RenderedRequest)
    assert request.body.decode() == text


def test_a_finding_offers_the_attributes_own_fallback(workspace):
    Attribute.objects.create(workspace=workspace, name="plan", kind="text", fallback="free")
    content = WebhookContent(url="https://a.example/{{ plan }}")
    [fix] = [found.fix for found in content_findings(workspace, content, connection=None) if found.fix]
    assert (fix["label"], fix["insert"]) == ("Add fallback “free”", ' | default("free")')
