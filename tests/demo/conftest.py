"""Fixtures of checkout, as the pages' tests have them."""

from tests.shop.conftest import delivery, with_test_bank

__all__ = ["delivery", "with_test_bank"]
