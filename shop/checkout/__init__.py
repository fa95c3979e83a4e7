"""Checkout: address, review, order. Each step is a page and works without JavaScript."""
