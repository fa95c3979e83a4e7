"""Checkout: a held cart becomes an order, and what becomes of the order."""
