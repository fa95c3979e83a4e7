"""Delivery methods in the back office: added, changed with a question, and taken off sale."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse

from backoffice.roles import MANAGER
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import Checkout, DeliveryMethod
from orders.services import (
    save_checkout,
)
from tests.support.admin_pages import as_shown
from tests.support.ordering import ADA
from tests.support.shopping import add
from tests.support.staff import member_of

METHODS = reverse("admin:orders_deliverymethod_changelist")


@pytest.fixture
def manager(client: Client, db: None) -> Client:
    user = member_of(MANAGER)
    client.force_login(user)
    return client


class TestDelivery:
    FORM = {
        "name": "Standard",
        "description": "",
        "price": "4.50",
        "free_from": "50",
        "is_elsewhere": "on",
        "days_from": "",
        "days_to": "",
        "cut_off": "",
        "is_active": "on",
        "place": "1",
    }

    def change(self, method: DeliveryMethod) -> str:
        return reverse("admin:orders_deliverymethod_change", args=[method.pk])

    def send(self, client: Client, method: DeliveryMethod, form: dict[str, str], **more: Any) -> Any:
        """Send a page that shows the row as it is."""
        return client.post(self.change(method), as_shown(model_to_dict(method)) | form, **more)

    def test_a_change_is_in_the_log(self, manager: Client, delivery: DeliveryMethod) -> None:
        assert self.send(manager, delivery, self.FORM).status_code == 302
        delivery.refresh_from_db()
        assert delivery.price == Decimal("4.50")
        assert "Price" in LogEntry.objects.get().get_change_message()

    def test_one_is_added(self, manager: Client, delivery: DeliveryMethod) -> None:
        manager.post(reverse("admin:orders_deliverymethod_add"), {**self.FORM, "name": "Bicycle"})
        assert DeliveryMethod.objects.get(name="Bicycle").price == Decimal("4.50")

    @pytest.mark.parametrize("form", [{"price": "-1"}, {"name": "Express"}, {"free_from": "x"}])
    def test_what_is_wrong_is_said(self, manager: Client, delivery: DeliveryMethod, form: dict[str, str]) -> None:
        DeliveryMethod.objects.get_or_create(name="Express", defaults={"price": 8})
        answer = self.send(manager, delivery, self.FORM | form)
        assert answer.status_code == 200
        assert answer.context["adminform"].form.errors.keys() == form.keys()

    @pytest.mark.parametrize(
        ("form", "question"),
        [
            ({"price": "0"}, "Price: £3.95 → £0.00: nothing at all."),
            ({"price": "395"}, "Price: £3.95 → £395.00: 100.0 times as much."),
            ({"free_from": "5"}, "Free from: £50.00 → £5.00: until now it was 10.0 times as much."),
        ],
    )
    def test_a_jump_is_asked_once(
        self, manager: Client, delivery: DeliveryMethod, form: dict[str, str], question: str
    ) -> None:
        asked = self.send(manager, delivery, self.FORM | form)
        assert asked.context["questions"] == [question]
        delivery.refresh_from_db()
        assert (delivery.price, delivery.free_from) == (Decimal("3.95"), Decimal(50))
        assert self.send(manager, delivery, self.FORM | form | {"agreed": question}).status_code == 302
        delivery.refresh_from_db()
        assert Decimal(next(iter(form.values()))) in {delivery.price, delivery.free_from}

    def test_a_comma_is_a_decimal_separator(self, manager: Client, delivery: DeliveryMethod) -> None:
        form = {"price": "4,5", "free_from": "49,99"}
        assert self.send(manager, delivery, self.FORM | form).status_code == 302
        delivery.refresh_from_db()
        assert (delivery.price, delivery.free_from) == (Decimal("4.50"), Decimal("49.99"))

    def test_the_last_one_stays_on_offer(self, manager: Client, delivery: DeliveryMethod) -> None:
        DeliveryMethod.objects.exclude(pk=delivery.pk).update(is_active=False)
        off = {name: value for name, value in self.FORM.items() if name != "is_active"}
        delete = reverse("admin:orders_deliverymethod_delete", args=[delivery.pk])
        answers = [self.send(manager, delivery, off, follow=True), manager.post(delete, {"post": "yes"}, follow=True)]
        for told in (answer.content.decode() for answer in answers):
            assert "This is the only way of delivery on offer" in told
        delivery.refresh_from_db()
        assert (delivery.is_active, delivery.price) == (True, Decimal("3.95"))
        assert not LogEntry.objects.exists()

    def test_one_that_a_shopper_has_chosen_may_go(
        self, manager: Client, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
    ) -> None:
        DeliveryMethod.objects.create(name="Bicycle", price=1)
        save_checkout(cart_id=add(guest, variant).pk, customer=ADA, delivery_method_id=delivery.pk)
        manager.post(reverse("admin:orders_deliverymethod_delete", args=[delivery.pk]), {"post": "yes"})
        assert Checkout.objects.get().delivery_method is None
