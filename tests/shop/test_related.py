"""The cards below a product: what is often bought together with it, or else the favourites of its category."""

import re
import uuid

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cart.owners import Owner
from inventory.categories import ensure_categories
from inventory.models import Product, ProductVariant, RelatedProduct
from tests.conftest import MakeVariant
from tests.support.pages import text_of
from tests.support.shopping import add

pytestmark = pytest.mark.django_db
TOGETHER, FAVOURITES = "Often bought together", "Favourites in "


def page_of(client: Client, variant: ProductVariant) -> str:
    return text_of(client.get(variant.product.get_absolute_url()))


def below(page: str) -> list[int]:
    """The products of the cards, in their order."""
    return [int(number) for number in re.findall(r'id="product-(\d+)"', page)]


def ids(*variants: ProductVariant) -> list[int]:
    return [variant.product_id for variant in variants]


def pair(variant: ProductVariant, *others: ProductVariant) -> None:
    """Others that were bought together with it, the first one most often."""
    for count, other in enumerate(reversed(others), 1):
        RelatedProduct.objects.create(product_id=variant.product_id, other_id=other.product_id, count=count)


@pytest.fixture
def in_category(make_variant: MakeVariant) -> list[ProductVariant]:
    """Six variants of as many products in a category, the best seller first."""
    variants = [make_variant() for _ in range(6)]
    for number, variant in enumerate(variants):
        Product.objects.filter(pk=variant.product_id).update(
            category=ensure_categories()["kitchen"], units_sold=9 - number
        )
    return variants


def test_what_was_bought_together_most_comes_first(client: Client, in_category: list[ProductVariant]) -> None:
    mug, tea, bag, *_ = in_category
    pair(mug, bag, tea)
    page = page_of(client, mug)
    assert below(page) == ids(bag, tea)
    assert (TOGETHER in page, FAVOURITES in page) == (True, False)


def test_without_orders_it_is_the_favourites_of_the_category(
    client: Client, in_category: list[ProductVariant], make_variant: MakeVariant
) -> None:
    elsewhere = make_variant()
    Product.objects.filter(pk=elsewhere.product_id).update(category=ensure_categories()["bags"], units_sold=99)
    page = page_of(client, in_category[1])
    assert below(page) == ids(*in_category[:1], *in_category[2:5])
    assert (TOGETHER in page, FAVOURITES in page) == (False, True)


def test_without_orders_and_category_there_is_nothing(client: Client, make_variant: MakeVariant) -> None:
    mug, _ = make_variant(), make_variant()
    page = page_of(client, mug)
    assert (below(page), TOGETHER in page, FAVOURITES in page) == ([], False, False)


def test_what_can_be_had_comes_first(client: Client, in_category: list[ProductVariant]) -> None:
    mug, best, second, *others = in_category
    ProductVariant.objects.filter(pk=best.pk).update(stock_quantity=0)
    add(Owner(guest_token=uuid.uuid4()), second, 10)
    assert below(page_of(client, mug)) == ids(*others, best)
    pair(mug, best, second, others[0])
    assert below(page_of(client, mug)) == ids(others[0], best, second)


def test_what_is_not_on_sale_is_not_shown(client: Client, in_category: list[ProductVariant]) -> None:
    mug, unlisted, inactive, shown, *others = in_category
    Product.objects.filter(pk=unlisted.product_id).update(is_listed=False)
    ProductVariant.objects.filter(pk=inactive.pk).update(is_active=False)
    assert below(page_of(client, mug)) == ids(shown, *others)
    pair(mug, unlisted, inactive, shown)
    assert below(page_of(client, mug)) == ids(shown)
    RelatedProduct.objects.filter(other=shown.product_id).delete()
    assert FAVOURITES in page_of(client, mug)


def test_a_product_off_sale_is_not_replaced_by_its_related_ones(
    client: Client, in_category: list[ProductVariant]
) -> None:
    mug, tea, *_ = in_category
    pair(mug, tea)
    ProductVariant.objects.filter(pk=mug.pk).update(is_active=False)
    assert client.get(mug.product.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("together", [True, False])
def test_the_cards_cost_no_query(
    client: Client,
    shopper: Owner,
    in_category: list[ProductVariant],
    django_assert_num_queries: DjangoAssertNumQueries,
    together: bool,
) -> None:
    mug, *others = in_category
    if together:
        pair(mug, *others[:4])
    address = mug.product.get_absolute_url()
    # 1: the product, with those below it. 2: the variants of all. 3: the header's cart.
    with django_assert_num_queries(3):
        page = text_of(client.get(address))
    assert below(page) == ids(*others[:4])


def test_a_refused_add_shows_them_too(client: Client, in_category: list[ProductVariant]) -> None:
    mug, tea, *_ = in_category
    pair(mug, tea)
    answer = client.post("/cart/add/", {"variant": mug.pk, "quantity": "nothing"})
    assert (answer.status_code >= 400, below(text_of(answer))) == (True, ids(tea))
