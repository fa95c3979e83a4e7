"""The back office of this app, a module a subject."""

from workers.admin import letters, schedule

__all__ = ["letters", "schedule"]
