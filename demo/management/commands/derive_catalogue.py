"""`manage.py derive_catalogue FILE [--output FILE]`: derives the demo's catalogue from the invoice log."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.text import counted
from demo import CATALOGUE_FILE
from inventory.catalogue.reading import account_of, progress_to, read_catalogue
from inventory.catalogue.rows import write_rows
from inventory.errors import CatalogueFileError


class Command(BaseCommand):
    help = "Derive the demo's small catalogue from the invoice log. The database is not touched."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the invoice log, .csv or .csv.xz")
        parser.add_argument("--output", type=Path, default=CATALOGUE_FILE, help="default: %(default)s")

    def handle(self, *, file: Path, output: Path, **options: Any) -> None:
        try:
            reading = read_catalogue(file, progress_to(self.stderr))
            # Opened only now: if the log cannot be read, the old catalogue does not change.
            with output.open("w", encoding="utf-8", newline="") as target:
                write_rows(target, reading.rows)
        except (CatalogueFileError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(account_of(reading))
        variants = counted(len(reading.rows), "variant", "variants")
        self.stdout.write(f"Wrote {variants} to {output} ({output.stat().st_size:,} bytes).")
