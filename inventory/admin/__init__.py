"""The admin of this app: products, stock ledger, reductions, alerts, imports, synonyms, tax classes, producers."""

from inventory.admin import alerts, catalog, history, imports, producers, reductions, synonyms, tax, variants

__all__ = ["alerts", "catalog", "history", "imports", "producers", "reductions", "synonyms", "tax", "variants"]
