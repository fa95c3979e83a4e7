"""Backups: a folder with the database, the photographs, and a manifest that says what is in it. See docs/backups.md.

Redis is not in it: what is lost with it costs time and nothing else.
"""

from shop.backup.programs import BackupError
from shop.backup.restoring import restore
from shop.backup.saving import save

__all__ = ["BackupError", "restore", "save"]
