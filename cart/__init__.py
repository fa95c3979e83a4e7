"""Carts, lines and the units they hold."""
