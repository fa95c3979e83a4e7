"""Staff change where an order goes, before anything of it has left."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from backoffice.roles import MANAGER
from orders.emails import EmailKind, render_order_email
from orders.errors import AddressRefused
from orders.models import DeliveryMethod, Order
from orders.models.addresses import POSTAL_FIELDS
from orders.services import cancel_order, change_address, ship_order
from orders.services.order_address import address_told
from outbox.models import OutboxRow
from tests.conftest import AtTheSeam
from tests.support.ordering import pay
from tests.support.pages import text_of
from tests.support.shopping import nothing_changes
from tests.support.staff import member_of

ELSEWHERE = {"street": "2 Loom Lane", "city": "Leeds", "postcode": "LS1 1AA"}


@pytest.fixture
def manager(make_user: Callable[[str], User]) -> User:
    return make_user("manager")


def change(order: Order, actor: User, *, seen: str | None = None, **changes: str) -> Order:
    address = {name: getattr(order, name) for name in POSTAL_FIELDS} | changes
    shown = address_told(order) if seen is None else seen
    return change_address(order_id=order.pk, address=address, seen=shown, actor=actor)


def emails() -> int:
    return OutboxRow.objects.filter(effect="write_order_letters", payload__occasion="address_changed").count()


def test_it_is_changed_once_with_both_in_the_log_and_the_price_as_it_was(placed: Order, manager: User) -> None:
    before, total = address_told(placed), placed.total
    changed = change(placed, manager, **ELSEWHERE)
    change(changed, manager)
    placed.refresh_from_db()
    assert (placed.street, placed.postcode, placed.total) == ("2 Loom Lane", "LS1 1AA", total)
    entry = placed.transitions.last()
    assert entry is not None
    assert entry.note == f"Address changed from {before} to {address_told(placed)}"
    assert (entry.who, emails()) == ("manager", 1)
    assert "2 Loom Lane" in render_order_email(placed, EmailKind.ADDRESS_CHANGED).text


def test_not_once_anything_left_or_the_order_is_over(placed: Order, manager: User) -> None:
    pay(placed)
    ship_order(order_id=placed.pk, units={placed.lines.get().pk: 1})
    with nothing_changes(), pytest.raises(AddressRefused, match="cannot be changed any more"):
        change(placed, manager, **ELSEWHERE)


def test_not_of_a_cancelled_order(placed: Order, manager: User) -> None:
    cancel_order(order_id=placed.pk)
    with nothing_changes(), pytest.raises(AddressRefused, match="cannot be changed any more"):
        change(placed, manager, **ELSEWHERE)


def test_not_to_where_the_shop_does_not_deliver(placed: Order, manager: User, settings: Settings) -> None:
    settings.SHOP_COUNTRIES = ["GB", "IE"]
    with nothing_changes(), pytest.raises(AddressRefused, match="does not deliver to France"):
        change(placed, manager, country="FR")
    assert change(placed, manager, country="IE").country == "IE"
    DeliveryMethod.objects.update(is_elsewhere=False)
    with pytest.raises(AddressRefused, match="does not deliver to United Kingdom"):
        change(placed, manager, country="GB", seen=address_told(Order.objects.get()))
    # Within its country an order that was agreed on goes on.
    assert change(Order.objects.get(), manager, city="Cork").city == "Cork"


class TestPage:
    @pytest.fixture
    def staff(self, client: Client) -> Client:
        client.force_login(member_of(MANAGER))
        return client

    def address(self, order: Order) -> str:
        return reverse("admin:orders_order_address", args=[order.pk])

    def form(self, staff: Client, order: Order) -> dict[str, Any]:
        initial: dict[str, Any] = staff.get(self.address(order)).context["form"].initial
        return initial

    def test_says_that_the_price_stays_and_changes_it(self, staff: Client, placed: Order) -> None:
        assert "The price agreed on stays" in text_of(staff.get(self.address(placed)))
        form = self.form(staff, placed) | ELSEWHERE
        assert "the customer is told" in text_of(staff.post(self.address(placed), form, follow=True))
        placed.refresh_from_db()
        assert placed.city == "Leeds"

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [({"street": ""}, "required"), ({"postcode": "x"}, "looks like"), ({"country": "ZZ"}, "valid choice")],
    )
    def test_refuses_what_is_no_address(self, staff: Client, placed: Order, wrong: dict[str, str], said: str) -> None:
        form = self.form(staff, placed) | wrong
        with nothing_changes():
            answer = staff.post(self.address(placed), form)
        assert (answer.status_code, said in answer.content.decode()) == (422, True)

    @pytest.mark.django_db(transaction=True)
    def test_of_two_the_second_reads_what_the_first_wrote(
        self, staff: Client, placed: Order, make_user: Callable[[str], User], at_the_seam: AtTheSeam
    ) -> None:
        rival = make_user("rival")
        form = self.form(staff, placed) | ELSEWHERE
        at_the_seam("orders.services.order_address.lock_order", lambda: change(placed, rival, city="York"))
        told = text_of(staff.post(self.address(placed), form, follow=True))
        assert "The address was changed since you looked. It is now: Ada, 1 Analytical Row, York, N1 1AA" in told
        placed.refresh_from_db()
        assert (placed.city, emails()) == ("York", 1)
