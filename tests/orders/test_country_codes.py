"""The migration that gives orders a code for the country that was typed."""

from dataclasses import replace
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order
from tests.conftest import MakeVariant
from tests.support.ordering import ADA, order
from tests.support.shopping import add

MIGRATION = import_module("orders.migrations.0004_country_codes")


@pytest.mark.django_db
def test_what_is_recognised_becomes_a_code_batch_by_batch(
    guest: Owner, make_variant: MakeVariant, delivery: DeliveryMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = ["UK", "United Kingdom", "Atlantis", "UK", "UK", "FR"]
    for country in typed:
        placed = order(add(guest, make_variant()), delivery)
        Order.objects.filter(pk=placed.pk).update(country=country)
    monkeypatch.setattr(MIGRATION, "_AT_ONCE", 2)
    with connection.schema_editor() as editor:
        MIGRATION.keep_codes(apps, editor)
    found = Order.objects.order_by("pk").values_list("country", flat=True)
    assert list(found) == ["GB", "GB", "Atlantis", "GB", "GB", "FR"]


@pytest.mark.django_db
def test_a_name_that_a_checkout_still_has_is_ordered_as_its_code(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    for typed, kept in (("uk", "GB"), ("Atlantis", "Atlantis")):
        placed = order(add(guest, variant), delivery, customer=replace(ADA, country=typed))
        assert (placed.country, placed.customer.country) == (kept, kept)
