from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.walk import seed
from tests.product import Product, running_product


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """One running product for all browser tests; each test signs up for itself."""
    with running_product() as product:
        yield product


@pytest.fixture
def context(new_context: Callable[..., BrowserContext], product: Product) -> BrowserContext:
    return new_context(base_url=product.url)


@pytest.fixture(scope="session")
def seeded(product: Product) -> dict[str, Any]:
    """The demo workspace holds one of everything from now on; what to put into addresses to see it."""
    return seed(product)
