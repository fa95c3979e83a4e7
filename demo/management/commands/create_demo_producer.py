import re
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from core.text import counted
from demo import CATALOGUE_FILE
from inventory.catalogue.reading import read_catalogue
from inventory.locks import lock_products
from inventory.models import Producer, Product
from inventory.services.producers import save_producer

# The data set does not say who made the goods. Domains that end in `.example` belong to nobody (RFC 2606).
_PRODUCER = {
    "name": "Example Giftware Ltd (made up)",
    "postal_address": "1 Example Street\nLondon\nUnited Kingdom",
    "electronic_address": "safety@giftware.example",
    "country": "GB",
    "responsible_name": "Example Imports GmbH (made up)",
    "responsible_postal_address": "Beispielweg 1\n10115 Berlin\nGermany",
    "responsible_electronic_address": "https://imports.example/contact",
}
_WARNINGS = (
    (r"candle|t-light|incense|tealight", "Never leave it burning unattended. Keep it away from children and pets."),
    (r"toy|doll|jigsaw|marble|teddy|game", "Not suitable for children under 36 months: small parts."),
)


class Command(BaseCommand):
    help = (
        "Create a producer that does not exist, and give it and warnings to the goods of the demo's catalogue. Does "
        "nothing in a shop that has a producer, and never changes other goods."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if Producer.objects.exists():
            self.stdout.write("The shop has a producer already; nothing was changed.")
            return
        producer = Producer(**_PRODUCER)
        save_producer(producer=producer, fields=_PRODUCER)
        names = {row.product_number: row.product_name for row in read_catalogue(CATALOGUE_FILE).rows}
        lock_products(Product.objects.filter(number__in=names).values_list("pk", flat=True))
        untouched = Product.objects.filter(producer=None, warnings="", needs_no_warnings=False)
        products = [product for product in untouched if names.get(product.number) == product.name]
        for text in {_warnings_of(product.name) for product in products}:
            alike = [product.pk for product in products if _warnings_of(product.name) == text]
            Product.objects.filter(pk__in=alike).update(producer=producer, warnings=text, needs_no_warnings=not text)
        self.stdout.write(f"{counted(len(products), 'product has', 'products have')} a producer now.")


def _warnings_of(name: str) -> str:
    return next((text for words, text in _WARNINGS if re.search(words, name.lower())), "")
