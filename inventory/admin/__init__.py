"""The admin of this app: products with their stock ledger, low-stock alerts, imports, and synonyms."""

from inventory.admin import alerts, catalog, imports, synonyms

__all__ = ["alerts", "catalog", "imports", "synonyms"]
