"""Checkout: the address, a last look, the order. Each step is a page and works without JavaScript."""
