"""The address of the bill, and what an order keeps of its customer."""

from dataclasses import asdict, replace

import pytest
from django.db import IntegrityError, transaction

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order, SavedAddress
from orders.models.addresses import Customer
from orders.services import save_checkout
from tests.support.ordering import ADA, FIRM, order
from tests.support.pages import MakeUser
from tests.support.shopping import add


@pytest.mark.parametrize(
    ("customer", "lines"),
    [
        (ADA, ["Ada", "1 Analytical Row", "London", "N1 1AA", "United Kingdom"]),
        (
            replace(ADA, company="Engines Ltd"),
            ["Engines Ltd", "Ada", "1 Analytical Row", "London", "N1 1AA", "United Kingdom"],
        ),
        (
            FIRM,
            [
                *("Analytical Engines & Co", "Charles Babbage", "1 Dorset Street", "First floor", "75001 Paris"),
                "France",
            ],
        ),
    ],
)
def test_a_bill_goes_to_its_own_address_or_to_that_of_delivery(customer: Customer, lines: list[str]) -> None:
    assert Order(**asdict(customer)).billing_lines == lines


def test_an_address_of_before_codes_is_billed_as_it_stands() -> None:
    assert Order(**asdict(replace(ADA, country="Atlantis"))).billing_lines[-1] == "Atlantis"


@pytest.mark.django_db
def test_an_order_keeps_all_that_was_filled_in(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> None:
    cart = add(guest, variant)
    checkout = save_checkout(cart_id=cart.pk, customer=FIRM, delivery_method_id=delivery.pk)
    checkout.refresh_from_db()
    assert checkout.customer == FIRM
    placed = order(cart, delivery, customer=checkout.customer)
    assert Order.objects.get(pk=placed.pk).customer == FIRM


@pytest.mark.django_db
def test_the_database_refuses_a_second_default_address(make_user: MakeUser) -> None:
    ada = make_user()
    SavedAddress.objects.create(user=ada, is_default=True)
    with pytest.raises(IntegrityError, match="orders_savedaddress_one_default"), transaction.atomic():
        SavedAddress.objects.create(user=ada, is_default=True)
