"""The admin of this app: products with their stock ledger, low-stock alerts, and imports."""

from inventory.admin import alerts, catalog, imports

__all__ = ["alerts", "catalog", "imports"]
