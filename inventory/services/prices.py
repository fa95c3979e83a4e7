"""`NewPrice`, `lock_as_seen`, and `change_prices`: the prices of many variants in one command, all of them or none."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User

from core.transactions import command
from inventory.errors import PricesChangedMeanwhile
from inventory.locks import lock_products, lock_variants
from inventory.models import PriceChange, ProductVariant

_ROWS_A_STATEMENT = 200


class NewPrice(NamedTuple):
    """The price that a person saw, and the one to write."""

    seen: Decimal
    new: Decimal


def lock_as_seen(prices: Mapping[int, NewPrice]) -> dict[int, ProductVariant]:
    """Lock these variants and return them by id. Raises PricesChangedMeanwhile unless each has the price seen."""
    variants = {variant.pk: variant for variant in lock_variants(prices)}
    stale = [pk for pk, price in prices.items() if pk not in variants or variants[pk].price != price.seen]
    if stale:
        raise PricesChangedMeanwhile([variants[pk].sku for pk in stale if pk in variants])
    return variants


@command
def change_prices(*, prices: Mapping[int, NewPrice], cause: str, actor: User | None) -> int:
    """Write new prices of variants, by their ids, each with its line in the price history. Returns how many changed.

    Lines in carts keep the price at which they took their units. Raises PricesChangedMeanwhile if a variant is gone or
    no longer has the price that was seen, and ValidationError for a price that the model refuses. Nothing is changed
    then.
    """
    lock_products(ProductVariant.objects.filter(pk__in=prices).values_list("product_id", flat=True))
    variants = lock_as_seen(prices)
    changed = [pk for pk, price in prices.items() if price.new != price.seen]
    for pk in changed:
        variants[pk].price = prices[pk].new
        variants[pk].clean_fields(exclude={field.name for field in ProductVariant._meta.fields} - {"price"})
    ProductVariant.objects.bulk_update([variants[pk] for pk in changed], ["price"], batch_size=_ROWS_A_STATEMENT)
    PriceChange.objects.bulk_create(
        PriceChange(variant_id=pk, old_price=prices[pk].seen, new_price=prices[pk].new, cause=cause, actor=actor)
        for pk in changed
    )
    return len(changed)
