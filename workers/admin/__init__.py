"""The back office of this room, a module a subject."""

from workers.admin import analytics, letters, outbox, results

__all__ = ["analytics", "letters", "outbox", "results"]
