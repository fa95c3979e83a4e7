"""How a price reduction is shown: on the page of the product, in lists, in the cart, and to search engines."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cart.models import CartItem
from cart.owners import Owner
from core.transactions import clock
from inventory.models import ProductVariant, Reduction
from inventory.services.prices import NewPrice, change_prices
from inventory.services.reductions import announce_reductions
from tests.support.moments import at
from tests.support.pages import MakeSibling, form, text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
BEFORE = "Lowest price in the 30 days before:"


def reduce(variant: ProductVariant, price: str, **facts: Any) -> Reduction:
    announce_reductions(prices={variant.pk: NewPrice(variant.price, Decimal(price))}, **facts)
    return Reduction.objects.get(variant=variant)


def price_of(page: str) -> str:
    """What stands in the first paragraph of a price."""
    found = re.search(r'<p class="price">(.*?)</p>', page, re.DOTALL)
    assert found is not None
    return re.sub(r"\s+", " ", found[1]).strip()


def page_of(client: Client, variant: ProductVariant) -> str:
    return text_of(client.get(variant.product.get_absolute_url()))


def card_of(client: Client) -> str:
    return text_of(client.get(reverse("shop:catalogue")))


@pytest.mark.parametrize("page", ["product", "list"])
def test_the_reduced_price_has_the_lowest_one_beside_it(client: Client, variant: ProductVariant, page: str) -> None:
    reduce(variant, "2.00")
    shown = price_of(page_of(client, variant) if page == "product" else card_of(client))
    assert shown == f'£2.00 <small class="prior">{BEFORE} <s>£2.50</s></small>'


def test_a_compare_at_price_is_named_as_that(client: Client, variant: ProductVariant) -> None:
    reduce(variant, "2.00", compare_at=Decimal("3.00"))
    shown = price_of(page_of(client, variant))
    assert shown.endswith(f'{BEFORE} <s>£2.50</s></small> <small class="prior">Compare-at price: £3.00</small>')


def test_a_compare_at_price_that_is_the_lowest_is_not_repeated(client: Client, variant: ProductVariant) -> None:
    reduce(variant, "2.00", compare_at=Decimal("2.50"))
    assert "Compare-at" not in price_of(page_of(client, variant))


def test_no_page_shows_it_before_it_begins_and_after_it_ends(client: Client, variant: ProductVariant) -> None:
    reduction = reduce(variant, "2.00", starts_at=clock() + DAY, ends_at=clock() + 2 * DAY)
    for moment, price in [
        (clock(), "£2.50"),
        (reduction.starts_at, f'£2.00 <small class="prior">{BEFORE} <s>£2.50</s></small>'),
        (reduction.ends_at or clock(), "£2.50"),
    ]:
        with at(moment):
            assert (price_of(page_of(client, variant)), price_of(card_of(client))) == (price, price)


def test_a_price_that_is_no_longer_below_is_not_announced(client: Client, variant: ProductVariant) -> None:
    """Staff lowered the variant's own price between the announcement and the start."""
    reduction = reduce(variant, "2.00", starts_at=clock() + DAY)
    change_prices(prices={variant.pk: NewPrice(variant.price, Decimal("1.50"))}, cause="test", actor=None)
    with at(reduction.starts_at):
        assert price_of(page_of(client, variant)) == "£1.50"


def test_a_card_shows_the_cheapest_variant_as_it_is_reduced(
    client: Client, variant: ProductVariant, sibling: MakeSibling
) -> None:
    sibling(variant, "Blue", price=Decimal("4.00"))
    reduce(variant, "2.00")
    assert price_of(card_of(client)) == f'<small>from</small> £2.00 <small class="prior">{BEFORE} <s>£2.50</s></small>'


def test_search_engines_are_told(client: Client, variant: ProductVariant) -> None:
    reduce(variant, "2.00")
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page_of(client, variant), re.DOTALL)
    (offer,) = next(each for each in json.loads(data) if each["@type"] == "Product")["offers"]
    assert offer["price"] == "2.00"
    assert offer["priceSpecification"]["priceType"] == "https://schema.org/StrikethroughPrice"
    assert offer["priceSpecification"]["price"] == "2.50"


def test_a_line_from_before_is_told_the_price_of_now(
    client: Client, shopper: Owner, variant: ProductVariant, line: CartItem
) -> None:
    reduction = reduce(variant, "2.00", starts_at=clock() + timedelta(minutes=1))
    with at(reduction.starts_at):
        assert "Price changed since: £2.50 → £2.00." in text_of(client.get(reverse("shop:cart")))


def test_an_add_from_a_page_of_before_has_the_price_of_now(client: Client, variant: ProductVariant) -> None:
    """The answer names it, since the page showed another one."""
    reduction = reduce(variant, "2.00", starts_at=clock() - timedelta(0) + DAY, ends_at=clock() + 2 * DAY)
    with at(reduction.starts_at):
        add = form(client.get(variant.product.get_absolute_url()), "/cart/add/")
    add.post(client)
    assert str(CartItem.objects.get().price) == "2.50"
    assert "£2.50 each." in text_of(client.get(reverse("shop:cart")))


def test_goods_with_a_content_say_what_a_kilogram_costs(
    client: Client, shopper: Owner, variant: ProductVariant, line: CartItem
) -> None:
    """On the page of the product, its card and its line, of the price that is asked there."""
    ProductVariant.objects.filter(pk=variant.pk).update(content="500 g")
    reduce(variant, "2.00")
    for page in (page_of(client, variant), card_of(client)):
        assert price_of(page).startswith('£2.00 <small class="prior">£4.00 per kg</small>')
    assert "£2.50 each · £5.00 per kg" in text_of(client.get(reverse("shop:cart")))
