"""The pages on which staff ship a part of an order, take units of it back, print its slip, and comment."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from backoffice.roles import CLERK, MANAGER
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.links import order_path
from orders.models import Carrier, DeliveryMethod, Order, OrderLine, Shipment
from orders.services import ship_order
from tests.conftest import MakeVariant
from tests.support.ordering import order, pay
from tests.support.pages import text_of
from tests.support.shopping import add, nothing_changes, stock
from tests.support.staff import member_of


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(member_of(MANAGER))
    return client


@pytest.fixture
def carrier(db: None) -> Carrier:
    return Carrier.objects.create(name="Swift", tracking_url="https://swift.example/{number}")


@pytest.fixture
def paid(guest: Owner, variant: ProductVariant, make_variant: MakeVariant, delivery: DeliveryMethod) -> Order:
    """Four of `variant` and two of another one."""
    add(guest, variant, 4)
    placed = order(add(guest, make_variant(), 2), delivery)
    pay(placed)
    return placed


def page(order: Order, step: str = "change") -> str:
    return reverse(f"admin:orders_order_{step}", args=[order.pk])


def form_of(staff: Client, order: Order, step: str) -> dict[str, Any]:
    initial: dict[str, Any] = staff.get(page(order, step)).context["form"].initial
    return initial


def send(staff: Client, order: Order, step: str, fields: dict[str, Any]) -> str:
    return text_of(staff.post(page(order, step), fields, follow=True))


def waiting(order: Order) -> list[int]:
    return [line.waiting_quantity for line in order.lines.all()]


def lines(order: Order) -> tuple[OrderLine, OrderLine]:
    first, second = order.lines.all()
    return first, second


def test_the_page_is_filled_in_so_that_all_leaves_in_one_press(staff: Client, paid: Order, carrier: Carrier) -> None:
    form = form_of(staff, paid, "ship")
    first, second = lines(paid)
    assert form == {"seen": 6, "carrier": carrier.pk, f"units_{first.pk}": 4, f"units_{second.pk}": 2}
    assert f"{paid} is shipped; the customer is told by e-mail." in send(staff, paid, "ship", form)
    assert (waiting(paid), Shipment.objects.get().carrier) == ([0, 0], carrier)


def test_a_part_leaves_and_the_rest_waits(staff: Client, paid: Order, carrier: Carrier) -> None:
    first, second = lines(paid)
    part = {f"units_{first.pk}": 1, f"units_{second.pk}": "", "tracking_number": "A 17", "reason": "By noon"}
    said = send(staff, paid, "ship", form_of(staff, paid, "ship") | part)
    assert f"1 unit has left; the customer is told by e-mail. {paid} stays paid until the rest leaves." in said
    shipment = Shipment.objects.get()
    assert (shipment.tracking_number, shipment.note, waiting(paid)) == ("A 17", "By noon", [3, 2])
    html = staff.get(page(paid)).content.decode()
    assert 'href="https://swift.example/A%2017"' in html
    assert f"Shipped: 1 of {first.sku}: By noon" in html
    assert "Swift A 17" in html


def test_a_page_that_was_open_while_a_colleague_shipped_a_part_ships_nothing(staff: Client, paid: Order) -> None:
    form = form_of(staff, paid, "ship")
    ship_order(order_id=paid.pk, units={lines(paid)[0].pk: 4})
    with nothing_changes():
        said = send(staff, paid, "ship", form)
    assert (
        "2 units of this order wait to be shipped by now, not so many as the page showed. Nothing was changed." in said
    )


@pytest.mark.parametrize(
    ("units", "said"), [("5", "less than or equal to 4"), ("-1", "digits alone"), ("", "at least one line")]
)
def test_a_wrong_number_is_said_beside_what_was_typed(staff: Client, paid: Order, units: str, said: str) -> None:
    first, second = lines(paid)
    typed = {f"units_{first.pk}": units, f"units_{second.pk}": "", "tracking_number": "A 17"}
    form = form_of(staff, paid, "ship") | typed
    with nothing_changes():
        answer = staff.post(page(paid, "ship"), form)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert 'value="A 17"' in answer.content.decode()


def test_a_carrier_that_was_put_away_is_not_offered(staff: Client, paid: Order, carrier: Carrier) -> None:
    form = form_of(staff, paid, "ship")
    Carrier.objects.update(is_active=False)
    assert "Swift" not in text_of(staff.get(page(paid, "ship")))
    assert "Select a valid choice" in send(staff, paid, "ship", form)


def test_of_a_part_shipped_order_both_kinds_of_units_come_back(
    staff: Client, paid: Order, variant: ProductVariant
) -> None:
    first, second = lines(paid)
    ship_order(order_id=paid.pk, units={first.pk: 3})
    form = form_of(staff, paid, "take_back")
    kinds = {f"units_{first.pk}", f"here_{first.pk}", f"here_{second.pk}"}
    assert kinds == form.keys() - {"seen"}
    said = send(staff, paid, "take_back", form | {f"units_{first.pk}": 2, f"here_{first.pk}": 1, "reason": "Broken"})
    assert "3 units are back on the shelf" in said
    first.refresh_from_db()
    assert (first.returned_quantity, first.sent_back_quantity, stock(variant)) == (3, 2, (9, 0))


def test_units_that_left_since_the_page_was_made_are_not_taken_out(staff: Client, paid: Order) -> None:
    form = form_of(staff, paid, "take_back")
    ship_order(order_id=paid.pk)
    with nothing_changes():
        said = send(staff, paid, "take_back", form | {f"here_{lines(paid)[0].pk}": 1, "reason": "Unwanted"})
    assert "less than or equal to 0" in said


def test_a_refund_says_what_goes_back_to_the_shelf(staff: Client, paid: Order) -> None:
    ship_order(order_id=paid.pk, units={lines(paid)[0].pk: 1})
    told = text_of(staff.get(page(paid, "refund")))
    assert "Units that have not left go back to the shelf, those that have left stay with the customer." in told


class TestSlip:
    def test_it_lists_what_is_still_to_be_shipped(self, staff: Client, paid: Order) -> None:
        first, second = lines(paid)
        ship_order(order_id=paid.pk, units={first.pk: 4, second.pk: 1})
        slip = text_of(staff.get(page(paid, "slip")))
        assert first.sku not in slip
        assert f'{second.name}</td><td class="units">1</td>' in slip
        assert "the rest comes in another parcel" in slip

    def test_each_shipment_has_its_own(self, staff: Client, paid: Order) -> None:
        first, second = lines(paid)
        ship_order(order_id=paid.pk, units={first.pk: 3})
        address = f"{page(paid, 'slip')}?shipment={Shipment.objects.get().pk}"
        assert address in staff.get(page(paid)).content.decode()
        slip = text_of(staff.get(address))
        assert f'{first.name}</td><td class="units">3</td>' in slip
        assert second.sku not in slip

    @pytest.mark.parametrize("shipment", ["0", "x", "99999999"])
    def test_no_slip_of_a_shipment_that_is_not_there(self, staff: Client, paid: Order, shipment: str) -> None:
        assert staff.get(f"{page(paid, 'slip')}?shipment={shipment}").status_code == 404


class TestComment:
    @pytest.fixture
    def clerk(self) -> Client:
        client = Client()
        client.force_login(member_of(CLERK))
        return client

    def test_is_in_the_timeline_once_and_never_on_a_page_of_the_customer(self, clerk: Client, paid: Order) -> None:
        assert page(paid, "comment") in clerk.get(page(paid)).content.decode()
        for _ in range(2):
            said = send(clerk, paid, "comment", {"comment": "Rang: <b>wants</b> it by Friday"})
        assert "The comment is in the timeline." in said
        html = clerk.get(page(paid)).content.decode()
        assert html.count("Comment: Rang: &lt;b&gt;wants&lt;/b&gt; it by Friday") == 1
        entry = paid.transitions.last()
        assert entry is not None
        assert entry.who == "clerk"
        assert "Rang" not in Client().get(order_path(paid.number)).content.decode()

    @pytest.mark.parametrize("comment", ["", " ", "x" * 2001])
    def test_of_nothing_or_too_much_is_refused(self, clerk: Client, paid: Order, comment: str) -> None:
        with nothing_changes():
            assert clerk.post(page(paid, "comment"), {"comment": comment}).status_code == 422

    def test_is_not_for_who_may_only_look(self, client: Client, paid: Order) -> None:
        client.force_login(User.objects.create_user("guest", is_staff=True))
        assert client.post(page(paid, "comment"), {"comment": "x"}).status_code == 403


def test_a_carrier_is_changed_by_managers_and_its_address_is_checked(staff: Client, carrier: Carrier) -> None:
    add_page = reverse("admin:orders_carrier_add")
    answer = staff.post(add_page, {"name": "Odd", "tracking_url": "http://odd.example/{number}", "is_active": "on"})
    assert "begins with https://" in answer.content.decode()
    staff.post(add_page, {"name": "Even", "tracking_url": "https://even.example/{number}", "is_active": "on"})
    assert Carrier.objects.filter(name="Even", is_active=True).exists()
