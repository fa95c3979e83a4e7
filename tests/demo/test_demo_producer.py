"""The demo's goods get a producer that does not exist; no other goods ever do."""

from io import StringIO

import pytest
from django.core.management import call_command

from inventory.models import Producer, Product
from inventory.selectors import products_without_safety_data
from tests.conftest import MakeVariant
from tests.inventory.test_catalogue_import import run
from tests.support.producers import make_producer

pytestmark = pytest.mark.django_db


def create() -> str:
    out = StringIO()
    call_command("create_demo_producer", stdout=out)
    return out.getvalue()


def test_the_goods_of_the_demo_miss_nothing(make_variant: MakeVariant) -> None:
    run()
    ours = make_variant().product
    renamed = Product.objects.exclude(pk=ours.pk).earliest("pk")
    Product.objects.filter(pk=renamed.pk).update(name="Ours by now")
    assert create() == "3,032 products have a producer now.\n"
    assert set(products_without_safety_data()) == {ours, renamed}
    assert Product.objects.filter(warnings__contains="burning", name__icontains="candle").exists()
    before = list(Product.objects.order_by("pk").values())
    assert create() == "The shop has a producer already; nothing was changed.\n"
    assert list(Product.objects.order_by("pk").values()) == before


def test_a_shop_with_a_producer_gets_none() -> None:
    make_producer()
    create()
    assert Producer.objects.count() == 1
