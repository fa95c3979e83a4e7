"""`manage.py import_catalogue [FILE] [--if-empty]`"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.text import counted
from inventory.catalogue.files import CatalogueFileError
from inventory.catalogue.load import CatalogueLoadError, Loaded, catalogue_load
from inventory.catalogue.reading import read_catalogue
from inventory.catalogue.report import account_of, progress_to
from inventory.models import Product

DERIVED_CATALOGUE = Path(__file__).resolve().parents[2] / "data" / "catalogue.csv"
HAS_PRODUCTS = "The shop has products already; with --if-empty nothing is loaded."


class Command(BaseCommand):
    help = (
        "Load products, variants and opening stock from an invoice log (.csv, .csv.xz) or a derived "
        "catalogue. What the shop has already is left as it is, so it is safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            nargs="?",
            type=Path,
            default=DERIVED_CATALOGUE,
            help="default: the project's own catalogue",
        )
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there is any product")

    def handle(self, *, file: Path, if_empty: bool, **options: Any) -> None:
        # Asked here to save reading the file, and again under the load's lock.
        if if_empty and Product.objects.exists():
            self.stdout.write(HAS_PRODUCTS)
            return
        try:
            reading = read_catalogue(file, progress_to(self.stderr))
            loaded = catalogue_load(rows=reading.rows, cause=file.name, only_if_empty=if_empty)
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
