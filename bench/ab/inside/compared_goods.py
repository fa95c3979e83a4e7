"""A script that runs in a compared revision, on its empty tables: it makes products, and writes `Goods` as JSON."""

import json
import sys
from pathlib import Path

import django

VARIANTS, STOCK = 400, 10_000_000
_MATERIALS = ("Red", "Glass", "Wooden", "Silver", "Paper", "Blue", "Cotton", "Antique", "Small", "Round")
_THINGS = ("Lantern", "Teapot", "Candle Holder", "Clock", "Cake Tin", "Bag", "Heart", "Mug", "Bowl", "Picture Frame")


def main(result: Path) -> None:
    """Make VARIANTS products of one variant each, never low. `result` gets `Goods` without a guest."""
    django.setup()
    from django.urls import reverse

    from inventory.models import Product, ProductVariant

    names = [f"{_MATERIALS[n % 10]} {_THINGS[n // 10 % 10]} {n}" for n in range(VARIANTS)]
    products = [Product(number=f"{n:05}", name=name, slug=f"good-{n}") for n, name in enumerate(names)]
    made = Product.objects.bulk_create(products)
    variants = [
        ProductVariant(product=product, sku=product.number, name="", price=3, stock_quantity=STOCK) for product in made
    ]
    ids = [variant.pk for variant in ProductVariant.objects.bulk_create(variants)]
    addresses = {"product": made[0].get_absolute_url(), "catalogue": reverse("shop:catalogue")}
    result.write_text(json.dumps({"variants": ids, **addresses}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
