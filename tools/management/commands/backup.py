"""`manage.py backup [FOLDER]`: save database and photographs to a new folder in FOLDER."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tools.backup import BackupError, save


class Command(BaseCommand):
    help = "Backs up the database and the photographs, while the shop is at work. See docs/backups.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.BASE_DIR / "backups")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = save(options["folder"])
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from None
        megabytes = sum(file.stat().st_size for file in made.iterdir()) / 1e6
        self.stdout.write(f"{made}: {megabytes:.1f} MB. It has what customers entrusted to you: keep it accordingly.")
