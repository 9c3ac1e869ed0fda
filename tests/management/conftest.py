import pytest

from .product import Product, furnished


@pytest.fixture
def product(tmp_path, tmp_path_factory):
    product = furnished(tmp_path_factory, tmp_path / "product")
    yield product
    product.end()


@pytest.fixture
def empty_product(tmp_path):
    product = Product(tmp_path / "product")
    yield product
    product.end()
