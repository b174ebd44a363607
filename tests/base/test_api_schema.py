import json
from io import StringIO

from django.core.management import call_command
from django.test import Client
from django.urls import reverse


def test_the_schema_of_the_api_has_no_warnings() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_groups_are_called_alike() -> None:
    """Whether their name was given or comes from the address."""
    schema = StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=schema)
    operations = [each for path in json.loads(schema.getvalue())["paths"].values() for each in path.values()]
    tags = {tag for operation in operations for tag in operation["tags"]}
    assert {"Campaigns", "Runs", "Saved views"} <= tags
    assert {tag for tag in tags if tag != tag.capitalize()} == set()


def test_the_reference_page_needs_no_inline_script(client: Client) -> None:
    page = client.get(reverse("api_docs")).content.decode()
    assert "<style" not in page
    assert page.count("<script") == page.count("<script src=")
    script = client.get(reverse("api_docs") + "?script=")
    assert script.headers["Content-Type"] == "application/javascript"
