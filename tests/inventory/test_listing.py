"""Lists of goods on sale, as any front asks for them: what is left out, counted by category, in an order, a page."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Q
from pytest_django import DjangoAssertNumQueries

from inventory.categories import ensure_categories
from inventory.models import Product, ProductVariant
from inventory.selectors import CategoryCount, GoodsFilter, Sort, _page_of_whole, count_by_category, page_of_products
from tests.conftest import MakeVariant

pytestmark = pytest.mark.django_db


@pytest.fixture
def goods(make_variant: MakeVariant) -> None:
    """A mug for 2 and a bag for 4, which is sold out, in categories; a thing for 3 in none; a mug that is not sold."""
    ids = ensure_categories()
    make("Blue Mug", make_variant(5, price="2"), category=ids["kitchen"], units_sold=1)
    make("Blue Bag", make_variant(0, price="4"), category=ids["bags"], units_sold=0)
    make("Odd Thing", make_variant(5, price="3"), category=None, units_sold=7)
    make("Old Mug", make_variant(5, is_active=False), category=ids["kitchen"], units_sold=9)


def make(name: str, variant: ProductVariant, *, category: int | None, units_sold: int) -> None:
    Product.objects.filter(pk=variant.product_id).update(name=name, category_id=category, units_sold=units_sold)


def names(goods: GoodsFilter, sort: Sort = Sort.NAME, *, category: str | None = None, start: int = 0) -> list[str]:
    return [product.name for product in page_of_products(goods, category=category, sort=sort, start=start, count=24)]


@pytest.mark.parametrize(
    ("left", "found"),
    [
        (GoodsFilter(), ["Blue Bag", "Blue Mug", "Odd Thing"]),
        (GoodsFilter(text="mug"), ["Blue Mug"]),
        (GoodsFilter(min_price=Decimal(3)), ["Blue Bag", "Odd Thing"]),
        (GoodsFilter(min_price=Decimal(3), max_price=Decimal(3)), ["Odd Thing"]),
        (GoodsFilter(available=Q(stock_quantity__gt=0)), ["Blue Mug", "Odd Thing"]),
        (GoodsFilter(text="blue", available=Q(stock_quantity__gt=0)), ["Blue Mug"]),
        (GoodsFilter(text="!"), []),
    ],
)
def test_a_filter_leaves_out_what_does_not_fit(goods: None, left: GoodsFilter, found: list[str]) -> None:
    assert names(left) == found
    assert count_by_category(left)[1] == len(found)


def test_goods_are_counted_by_category_and_in_all(
    goods: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for left in (GoodsFilter(), GoodsFilter(max_price=Decimal(9))):
        with django_assert_num_queries(1):
            counts, total = count_by_category(left)
        assert {(count.slug, count.count) for count in counts} == {("kitchen", 1), ("bags", 1)}
        assert total == 3
    assert all(isinstance(count, CategoryCount) for count in counts)


@pytest.mark.parametrize("left", [GoodsFilter(), GoodsFilter(max_price=Decimal(9))], ids=["whole", "filtered"])
def test_a_page_is_of_a_category_in_an_order_from_a_place_on(goods: None, left: GoodsFilter) -> None:
    assert names(left, category="kitchen") == ["Blue Mug"]
    assert names(left, Sort.POPULAR) == ["Odd Thing", "Blue Mug", "Blue Bag"]
    assert names(left, Sort.CHEAPEST) == ["Blue Mug", "Odd Thing", "Blue Bag"]
    assert names(left, Sort.DEAREST) == ["Blue Bag", "Odd Thing", "Blue Mug"]
    assert names(left, Sort.NEWEST, start=1) == ["Blue Bag", "Blue Mug"]


def test_favourites_come_from_the_index(goods: None) -> None:
    """Else every visit of the home page would sort the whole catalogue."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        sql, parameters = _page_of_whole(None, Sort.POPULAR, 0, 24)
        cursor.execute(f"EXPLAIN {sql}", parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan Backward using inventory_product_units_sold" in plan
    assert "Sort" not in plan
