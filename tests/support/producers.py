"""A producer of goods, for tests."""

from inventory.models import Producer

RESPONSIBLE = {
    "responsible_name": "Union Imports",
    "responsible_postal_address": "Quai 2\n1000 Brussels",
    "responsible_electronic_address": "safety@imports.example",
}


def make_producer(name: str = "Tin Works", *, country: str = "IE", **columns: str) -> Producer:
    """A stored producer; one in Great Britain has a responsible person."""
    values = {"postal_address": "1 Mill Lane\nCork", "electronic_address": "works@tin.example"}
    return Producer.objects.create(
        name=name, country=country, **values | (RESPONSIBLE if country == "GB" else {}) | columns
    )
