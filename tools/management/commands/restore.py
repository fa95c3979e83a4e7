"""`manage.py restore FOLDER [--force]`: load what `backup` saved into an empty database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tools.backup import BackupError, restore


class Command(BaseCommand):
    help = "Restores a backup, whole or not at all, while nothing else uses the database. See docs/backups.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--force", action="store_true", help="throw away what is in the database now")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = restore(options["folder"], force=options["force"])
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"Restored what version {manifest.version} saved. Now `manage.py migrate`, then `manage.py audit_stock`."
        )
