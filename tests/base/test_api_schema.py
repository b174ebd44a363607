import json
import re
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


def test_every_operation_of_the_schema_is_on_the_reference_page(client: Client) -> None:
    page = client.get(reverse("api_docs")).content.decode()
    operations = client.get(reverse("api_schema"), {"format": "json"}).json()["paths"].values()
    known = {each["operationId"] for path in operations for each in path.values()}
    assert set(re.findall(r'<details class="card fold" id="(\w+)"', page)) == known


def test_every_link_of_the_reference_page_leads_somewhere(client: Client) -> None:
    page = client.get(reverse("api_docs")).content.decode()
    links = set(re.findall(r'href="#([\w-]+)"', page)) - {"main"}
    assert "shape-WebhookContent" in links
    assert links <= set(re.findall(r'id="([\w-]+)"', page))
