"""The admin of this app: products with their stock ledger, low-stock alerts, imports, synonyms, and tax classes."""

from inventory.admin import alerts, catalog, history, imports, synonyms, tax, variants

__all__ = ["alerts", "catalog", "history", "imports", "synonyms", "tax", "variants"]
