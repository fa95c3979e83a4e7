"""`manage.py import_catalogue [FILE] [--if-empty]`"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.text import counted
from inventory.catalogue.load import Loaded, load_catalogue
from inventory.catalogue.reading import account_of, progress_to, read_catalogue
from inventory.errors import CatalogueFileError, CatalogueLoadError
from inventory.models import Product

NO_FILE = "The settings name no catalogue, so nothing was loaded. To load one, name its file."
HAS_PRODUCTS = "The shop has products already; with --if-empty nothing is loaded."


class Command(BaseCommand):
    help = (
        "Load products, variants and opening stock from a catalogue, or from a file that SHOP_CATALOGUE_READERS can "
        "read (.csv, .csv.xz). What the shop has already is left as it is, so it is safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, default=settings.SHOP_CATALOGUE_FILE, help="default: %(default)s"
        )
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is any product")

    def handle(self, *, file: Path | None, if_empty: bool, **options: Any) -> None:
        # Asked here to save reading the file, and again under the load's lock.
        if if_empty and Product.objects.exists():
            self.stdout.write(HAS_PRODUCTS)
            return
        if file is None:
            if not if_empty:
                raise CommandError(NO_FILE)
            self.stdout.write(NO_FILE)  # a shop that starts without goods is no failure
            return
        try:
            reading = read_catalogue(file, progress_to(self.stderr))
            loaded = load_catalogue(rows=reading.rows, cause=file.name, only_if_empty=if_empty)
        except (CatalogueFileError, CatalogueLoadError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(account_of(reading))
        self.stdout.write(_outcome(loaded) if loaded else HAS_PRODUCTS)


def _outcome(loaded: Loaded) -> str:
    if not loaded.variants_created:
        return f"Nothing changed: all {counted(loaded.present, 'variant was', 'variants were')} there before."
    products = counted(loaded.products_created, "product", "products")
    variants = counted(loaded.variants_created, "variant", "variants")
    units = counted(loaded.units_received, "unit", "units")
    present = counted(loaded.present, "variant was there before and is", "variants were there before and are")
    return f"Created {products} and {variants} with {units} of opening stock; {present} unchanged."
