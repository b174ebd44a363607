from io import StringIO

from django.core.management import call_command
from django.test import Client
from django.urls import reverse


def test_the_schema_of_the_api_has_no_warnings() -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_the_reference_page_needs_no_inline_script(client: Client) -> None:
    page = client.get(reverse("api_docs")).content.decode()
    assert "<style" not in page
    assert page.count("<script") == page.count("<script src=")
    script = client.get(reverse("api_docs") + "?script=")
    assert script.headers["Content-Type"] == "application/javascript"
