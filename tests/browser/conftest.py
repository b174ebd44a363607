from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.walk import seed
from tests.product import Product, running_product


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """One running product for all browser tests; each test signs up for itself."""
    with running_product() as product:
        yield product


@pytest.fixture(scope="session")
def base_url(product: Product) -> str:
    return product.url


@pytest.fixture(scope="session")
def seeded(product: Product) -> dict[str, Any]:
    """The demo workspace holds one of everything from now on; what to put into addresses to see it."""
    return seed(product)
