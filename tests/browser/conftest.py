from collections.abc import Iterator

import pytest

from tests.product import Product, running_product


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """One running product for all browser tests; each test signs up for itself."""
    with running_product() as product:
        yield product


@pytest.fixture(scope="session")
def base_url(product: Product) -> str:
    return product.url
