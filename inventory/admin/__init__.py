"""The admin of this app: products with their stock ledger, alerts, imports, synonyms, tax classes, producers."""

from inventory.admin import alerts, catalog, history, imports, producers, synonyms, tax, variants

__all__ = ["alerts", "catalog", "history", "imports", "producers", "synonyms", "tax", "variants"]
