"""The back office of this room, a module a subject."""

from workers.admin import analytics, outbox, results

__all__ = ["analytics", "outbox", "results"]
