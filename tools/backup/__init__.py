"""Backups: a folder with the database, the photographs, and a manifest that lists them. See docs/backups.md.

Redis is not in it: losing its contents costs time and nothing else.
"""

from tools.backup.programs import BackupError
from tools.backup.restoring import restore
from tools.backup.saving import save

__all__ = ["BackupError", "restore", "save"]
