"""Product safety on the page of a product: `with_producer` loads its producer with it; `manufacturer`, for machines."""

import json
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import JSONObject

from inventory.models import Producer, Product

_SHOWN = [field.name for field in Producer._meta.concrete_fields]


def with_producer(products: QuerySet[Product]) -> QuerySet[Product]:
    """Return the products with what `take_producer` reads, in the same query: the page has no statement for it."""
    return products.annotate(producer_row=JSONObject(**{name: F(f"producer__{name}") for name in _SHOWN}))


def take_producer(product: Any) -> None:
    """Give a product from `with_producer` its producer, if it has one."""
    if product.producer_id:
        product.producer = Producer(**json.loads(product.producer_row))


def manufacturer(producer: Producer) -> dict[str, Any]:
    """Return a producer as schema.org has it."""
    kind = "email" if producer.is_reached_by_email else "url"
    return {
        "@type": "Organization",
        "name": producer.name,
        "address": producer.postal_address,
        kind: producer.electronic_address,
    }
