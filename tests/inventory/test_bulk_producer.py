"""The producer of many products at once. What it shares with the category of many: test_bulk_category.py."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from backoffice.roles import MANAGER
from inventory.models import Producer, Product
from inventory.services.producers import delete_producer
from tests.conftest import AtTheSeam
from tests.inventory.test_bulk_category import make_products
from tests.support.pages import text_of
from tests.support.producers import make_producer
from tests.support.shopping import nothing_changes
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db(transaction=True)
LIST = reverse("admin:inventory_product_changelist")


@pytest.fixture
def manager(transactional_db: None) -> Client:
    client = Client()
    client.force_login(member_of(MANAGER, "mary"))
    return client


@pytest.fixture
def works(transactional_db: None) -> Producer:
    return make_producer()


def send(client: Client, products: list[Product], **typed: str) -> Any:
    fields = {"action": "change_producer", "_selected_action": [str(product.pk) for product in products]}
    return client.post(LIST, fields | typed, follow=True)


def previewed(client: Client, products: list[Product], producer: str) -> Any:
    return send(client, products[:1], producer=producer, seen=send(client, products).context["seen"])


def write(client: Client, products: list[Product], page: Any) -> Any:
    chosen = page.context["form"]["producer"].value()
    return send(client, products[:1], producer=chosen, seen=page.context["seen"], write="1")


def producers() -> list[str]:
    return [str(product.producer) for product in Product.objects.select_related("producer").order_by("pk")]


def test_it_shows_what_will_change_then_changes_and_logs_it(manager: Client, works: Producer) -> None:
    products = make_products(3)
    Product.objects.filter(pk=products[2].pk).update(producer=works)
    with nothing_changes():
        page = previewed(manager, products, str(works.pk))
    assert "2 of 3 will be of Tin Works. They are now of: No producer (2), Tin Works (1)." in text_of(page)
    assert "2 products changed. New producer: Tin Works." in text_of(write(manager, products, page))
    assert producers() == ["Tin Works"] * 3
    assert {entry.change_message for entry in LogEntry.objects.all()} == {"Producer: Tin Works"}
    assert "3 products changed. New producer: none." in text_of(
        write(manager, products, previewed(manager, products, ""))
    )
    assert producers() == ["None"] * 3


def test_a_product_that_a_colleague_changed_refuses_all(manager: Client, works: Producer) -> None:
    products = make_products(3)
    page = previewed(manager, products, str(works.pk))
    Product.objects.filter(pk=products[1].pk).update(producer=make_producer("Pot Works"))
    told = text_of(write(manager, products, page))
    assert "Meanwhile the producer of Pot 00001 was changed. Nothing was written: look at the new preview." in told
    assert producers() == ["None", "Pot Works", "None"]


def test_a_producer_that_is_deleted_meanwhile_refuses_all(
    manager: Client, works: Producer, at_the_seam: AtTheSeam
) -> None:
    products = make_products(2)
    page = previewed(manager, products, str(works.pk))
    at_the_seam("inventory.admin.bulk_category.change_producer", lambda: delete_producer(producer=works))
    assert "This producer was deleted meanwhile. Nothing was written" in text_of(write(manager, products, page))
    assert producers() == ["None"] * 2
