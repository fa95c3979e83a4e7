"""What is often bought together: counted from orders by an effect, and once a night wherever it is not right."""

import uuid
from decimal import Decimal

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.db.models.functions import Now

import orders.services.related
from cart.owners import Owner
from inventory.models import MOST_RELATED, SOLD_WITHIN, Product, ProductVariant, RelatedProduct
from orders.models import DeliveryMethod, Order
from orders.services import cancel_order, count_related, recount_related, return_lines
from outbox.drain import drain
from outbox.models import OutboxRow
from tests.conftest import AtTheSeam, MakeVariant
from tests.support.ordering import order, pay
from tests.support.shopping import add

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivery() -> DeliveryMethod:
    return DeliveryMethod.objects.create(name="By bike", price=Decimal(4))


def buy(delivery: DeliveryMethod, *variants: ProductVariant, units: int = 1) -> Order:
    owner = Owner(guest_token=uuid.uuid4())
    for variant in variants:
        cart = add(owner, variant, units)
    return order(cart, delivery)


def stored(variant: ProductVariant) -> dict[int, int]:
    """How many orders have each other product too, by its id."""
    rows = RelatedProduct.objects.filter(product=variant.product_id)
    return dict(rows.values_list("other_id", "count"))


def counted(variant: ProductVariant) -> dict[int, int]:
    """What is stored when the effect has run."""
    drain("count_related")
    return stored(variant)


def test_each_order_counts_once_however_many_units(make_variant: MakeVariant, delivery: DeliveryMethod) -> None:
    mug, tea, bag = make_variant(), make_variant(), make_variant()
    buy(delivery, mug, tea, units=3)
    buy(delivery, mug, tea, bag)
    buy(delivery, mug)
    assert counted(mug) == {tea.product_id: 2, bag.product_id: 1}
    assert stored(tea) == {mug.product_id: 2, bag.product_id: 1}
    assert stored(bag) == {mug.product_id: 1, tea.product_id: 1}


def test_two_variants_of_a_product_are_no_pair(make_variant: MakeVariant, delivery: DeliveryMethod) -> None:
    mug, blue, tea = make_variant(), make_variant(), make_variant()
    ProductVariant.objects.filter(pk=blue.pk).update(product=mug.product, name="Blue")
    buy(delivery, mug, blue, tea)
    assert counted(mug) == {tea.product_id: 1}


def test_at_most_four_are_stored_those_of_the_most_orders(make_variant: MakeVariant, delivery: DeliveryMethod) -> None:
    mug, *others = [make_variant() for _ in range(MOST_RELATED + 2)]
    buy(delivery, mug, *others)
    buy(delivery, mug, *others[2:])
    assert counted(mug) == {others[0].product_id: 1} | {other.product_id: 2 for other in others[2:]}


def test_a_cancelled_order_counts_no_more(make_variant: MakeVariant, delivery: DeliveryMethod) -> None:
    mug, tea = make_variant(), make_variant()
    placed = buy(delivery, mug, tea)
    assert counted(mug) == {tea.product_id: 1}
    cancel_order(order_id=placed.pk)
    assert (counted(mug), stored(tea)) == ({}, {})


def test_what_came_back_counts_no_more(make_variant: MakeVariant, delivery: DeliveryMethod) -> None:
    mug, tea, bag = make_variant(), make_variant(), make_variant()
    placed = buy(delivery, mug, tea, bag)
    pay(placed)
    return_lines(order_id=placed.pk, units={placed.lines.get(variant=tea).pk: 1}, reason="Broken")
    assert (counted(mug), stored(tea)) == ({bag.product_id: 1}, {})


def test_an_order_of_half_the_shop_does_not_count(
    make_variant: MakeVariant, delivery: DeliveryMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders.services.related, "MOST_PRODUCTS", 2)
    mug, tea, bag = make_variant(), make_variant(), make_variant()
    buy(delivery, mug, tea, bag)
    buy(delivery, mug, tea)
    assert counted(mug) == {tea.product_id: 1}


def test_an_effect_that_runs_twice_counts_once(make_variant: MakeVariant, delivery: DeliveryMethod) -> None:
    mug, tea = make_variant(), make_variant()
    buy(delivery, mug, tea)
    row = OutboxRow.objects.get(effect="count_related")
    assert counted(mug) == {tea.product_id: 1}
    before = list(RelatedProduct.objects.values_list("pk"))
    row.pk = None
    row.save(force_insert=True)
    assert counted(mug) == {tea.product_id: 1}
    assert list(RelatedProduct.objects.values_list("pk")) == before  # not even written again


def test_what_was_ordered_while_a_count_waited_is_in_it(
    make_variant: MakeVariant, delivery: DeliveryMethod, at_the_seam: AtTheSeam
) -> None:
    """A count that was read before the products were locked would be written over the rival's."""
    mug, tea = make_variant(), make_variant()
    buy(delivery, mug, tea)

    def order_and_count() -> None:
        buy(delivery, mug, tea)
        drain("count_related")

    at_the_seam("orders.services.related.lock_products", order_and_count)
    count_related(product_ids=[mug.product_id])
    assert stored(mug) == {tea.product_id: 2}


def test_nobody_else_counts_a_product_that_is_being_counted(make_variant: MakeVariant, at_the_seam: AtTheSeam) -> None:
    mug = make_variant()
    refused = []

    def lock() -> None:
        try:
            with transaction.atomic():
                Product.objects.select_for_update(nowait=True, no_key=True).get()
        except OperationalError as error:
            refused.append(error)

    at_the_seam("orders.services.related.related", lock)
    count_related(product_ids=[mug.product_id])
    assert len(refused) == 1


def test_old_orders_and_those_of_before_are_found_at_night(
    make_variant: MakeVariant, delivery: DeliveryMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders.services.related, "_BATCH", 1)
    mug, tea = make_variant(), make_variant()
    placed = buy(delivery, mug, tea)
    OutboxRow.objects.all().delete()
    assert (recount_related(), stored(mug), stored(tea)) == (2, {tea.product_id: 1}, {mug.product_id: 1})
    assert recount_related() == 0
    Order.objects.filter(pk=placed.pk).update(created_at=Now() - SOLD_WITHIN)
    assert (recount_related(), stored(mug), stored(tea)) == (2, {}, {})


def test_the_database_refuses_a_product_with_itself_and_a_pair_twice(make_variant: MakeVariant) -> None:
    mug, tea = make_variant().product, make_variant().product
    with pytest.raises(IntegrityError, match="inventory_relatedproduct_not_itself"):
        RelatedProduct.objects.create(product=mug, other=mug, count=1)
    RelatedProduct.objects.create(product=mug, other=tea, count=1)
    with pytest.raises(IntegrityError, match="inventory_relatedproduct_once_a_product"):
        RelatedProduct.objects.create(product=mug, other=tea, count=2)
