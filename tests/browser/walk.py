"""Every address of the product, filled in from a workspace that holds one of everything (seed.py) or from a new one."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import BrowserContext, expect

from tests.browser.inspection import Inspected
from tests.browser.journey import DEMO_LOGIN, Marketer
from tests.product import CHECKOUT, Product


@dataclass(frozen=True)
class Address:
    """A named pattern of the URL table and the parts that have to be filled in."""

    name: str
    parts: frozenset[str]

    def url(self, seeded: dict[str, Any]) -> str:
        known = {**seeded, **seeded["by_page"].get(self.name, {})}
        missing = self.parts - known.keys()
        assert not missing, f"tests/browser/seed.py has to make {sorted(missing)} for the page “{self.name}”"
        return reverse(self.name, kwargs={part: known[part] for part in self.parts})


def addresses(resolver: URLResolver | None = None, parts: frozenset[str] = frozenset()) -> Iterator[Address]:
    """All of them except the API's, which are no pages."""
    for entry in (resolver or get_resolver()).url_patterns:
        if str(entry.pattern) == "api/v1/":
            continue
        found = frozenset((*parts, *entry.pattern.converters, *entry.pattern.regex.groupindex))
        if isinstance(entry, URLResolver):
            yield from addresses(entry, found)
        elif isinstance(entry, URLPattern) and entry.name:
            yield Address(entry.name, found)


def seed(product: Product) -> dict[str, Any]:
    """Fills the product's demo workspace; what to put into addresses."""
    program = "from tests.browser.seed import main; main()"
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", program]
    environment = {**os.environ, **product.settings}
    made = subprocess.run(command, cwd=CHECKOUT, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def sign_in(context: BrowserContext, product: Product) -> None:
    """As the owner of the demo workspace."""
    page = context.new_page()
    page.goto(f"{product.url}/accounts/login/")
    email, password = DEMO_LOGIN
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/w/**")
    page.close()


def sign_up(context: BrowserContext, product: Product) -> str:
    """As somebody new, who has an empty workspace; its slug."""
    newcomer = Marketer(context.new_page(), product)
    newcomer.sign_up("Nina")
    newcomer.create_workspace("First things")
    slug = newcomer.page.url.partition("/w/")[2].partition("/")[0]
    newcomer.page.close()
    return slug


def pages_of_workspace(context: BrowserContext, product: Product, slug: str) -> Iterator[tuple[str, str, str]]:
    """Name, address and source of each page that needs nothing in the workspace."""
    for address in sorted(set(addresses()), key=lambda address: address.name):
        if address.parts == {"workspace"}:
            url = product.url + reverse(address.name, kwargs={"workspace": slug})
            if source := page_source(context, url):
                yield address.name, url, source


def shows_what_to_do_first(source: str) -> bool:
    """Whether a page has an empty state or, as Home, the first steps."""
    return 'class="empty ' in source or "first-steps" in source


def open_details(tab: Inspected) -> None:
    """Details over the notifications log, of its first row."""
    tab.page.get_by_role("region", name="Notifications", exact=True).get_by_role("link").first.click()
    expect(tab.page.get_by_role("dialog").get_by_role("link", name="Open as a page")).to_be_visible()


def is_page(context: BrowserContext, url: str) -> bool:
    return bool(page_source(context, url))


def page_source(context: BrowserContext, url: str) -> str:
    """A whole page of its own; empty for a redirect, a download, a fragment, or a place to post to."""
    answer = context.request.get(url, max_redirects=0)
    assert answer.status < 500, f"{url} answers {answer.status}"
    if answer.status in (301, 302, 405) or not answer.headers.get("content-type", "").startswith("text/html"):
        return ""
    if "attachment" in answer.headers.get("content-disposition", ""):
        return ""
    source = answer.text()
    return source if "<html" in source else ""
