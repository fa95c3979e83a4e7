"""Checkout: where it goes, then a last look, then the order. Each step is a page and works without JavaScript."""

from shop.views.checkout.addressing import address
from shop.views.checkout.ordering import review

__all__ = ["address", "review"]
