"""The withdrawal function, as shoppers use it without scripts: found, chosen, confirmed, sent twice, and too late."""

import functools
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from cart.owners import Owner
from delivery.models import Delivery
from inventory.models import ProductVariant
from orders.links import order_path
from orders.models import DeliveryMethod, Order, Shipment
from orders.services import ship_order
from tests.support.ordering import order, pay
from tests.support.pages import alert, form, forms, text_of
from tests.support.shopping import add, nothing_changes
from withdrawals.models import Withdrawal
from withdrawals.services import note_instruction

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped(client: Client, ada: User, variant: ProductVariant, delivery: DeliveryMethod) -> Order:
    """Two units, which are on their way to a customer, who is not logged in."""
    client.logout()
    placed = order(add(Owner(user_id=ada.pk), variant, 2), delivery)
    pay(placed)
    return ship_order(order_id=placed.pk)


@functools.cache
def link_of(number: str) -> str:
    """The signed link, the same for a whole test: it has the second in which it was made."""
    return order_path(number)


def page_of(placed: Order, step: str = "") -> str:
    return f"{link_of(placed.number)}withdraw/{step}"


def units_of(placed: Order) -> str:
    return f"units_{placed.lines.get().pk}"


def choose(client: Client, placed: Order, **changes: str) -> Any:
    """Fill in the first page, which comes with all units and the name, and go on."""
    page = form(client.get(page_of(placed)), page_of(placed, "confirm/"))
    return client.get(page.action, page.fields | changes)


def test_each_page_leads_there_in_one_click(client: Client, shipped: Order) -> None:
    for address in ("/", "/cart/", "/legal/terms/", "/accounts/login/", link_of(shipped.number)):
        text = text_of(client.get(address))
        assert '<a href="/withdraw/">Withdraw from contract here</a>' in text, address
    assert f'<a href="{page_of(shipped)}">Withdraw from contract here</a>' in text


def test_a_guest_declares_it_in_two_steps(client: Client, shipped: Order) -> None:
    found = client.post("/withdraw/", {"number": shipped.number, "email": "ADA@example.com"})
    assert (found.status_code, found["Location"].endswith("/withdraw/")) == (303, True)
    confirm = choose(client, shipped)
    assert text_of(confirm).count("<button") - text_of(client.get("/legal/terms/")).count("<button") == 1
    assert "Confirm withdrawal</button>" in text_of(confirm)
    assert not Withdrawal.objects.exists()
    done = form(confirm, page_of(shipped, "confirm/")).post(client)
    withdrawal = Withdrawal.objects.get()
    assert (done.status_code, done["Location"]) == (303, page_of(shipped, f"{withdrawal.pk}/"))
    text = text_of(client.get(done["Location"]))
    assert "Your withdrawal has come" in text
    assert f"2 \N{MULTIPLICATION SIGN} {shipped.lines.get().name}" in text
    assert "1 Example Street" in text
    assert text_of(client.get(link_of(shipped.number))).count(f"/withdraw/{withdrawal.pk}/") == 1


def test_a_customer_finds_it_in_the_account(client: Client, shipped: Order, ada: User) -> None:
    client.force_login(ada)
    address = f"/account/orders/{shipped.number}/withdraw/"
    assert f'href="{address}"' in text_of(client.get("/withdraw/"))
    sent = client.get(f"{address}confirm/", form(client.get(address), f"{address}confirm/").fields)
    done = form(sent, f"{address}confirm/").post(client)
    assert done["Location"].startswith(address)
    assert client.get(done["Location"]).status_code == 200


def test_a_stranger_learns_nothing(client: Client, shipped: Order) -> None:
    answers = []
    for typed in ((shipped.number, "eve@example.com"), ("0000-0000", "ada@example.com")):
        response = client.post("/withdraw/", {"number": typed[0], "email": typed[1]})
        answers.append((response.status_code, alert(response)))
    assert answers == [(400, "No order has this number and this e-mail address.")] * 2


def test_guesses_count_with_those_of_the_look_up(client: Client, settings: Settings, shipped: Order) -> None:
    settings.SHOP_LOOKUPS_PER_HOUR = 2
    wrong = {"number": "0000-0000", "email": "ada@example.com"}
    codes = [client.post(address, wrong).status_code for address in ("/withdraw/", "/orders/find/", "/withdraw/")]
    assert codes == [400, 400, 429]


def test_a_part_of_it(client: Client, shipped: Order) -> None:
    form(choose(client, shipped, **{units_of(shipped): "1"}), page_of(shipped, "confirm/")).post(client)
    assert Withdrawal.objects.get().lines.get().quantity == 1
    page = form(client.get(page_of(shipped)), page_of(shipped, "confirm/"))
    assert page.fields[units_of(shipped)] == "1"  # what is left


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"units": "0"}, "choose at least one item"),
        ({"units": ""}, "choose at least one item"),
        ({"units": "3"}, "You have 2 of it"),
        ({"units": "-1"}, "cannot be read"),
        ({"units": "two"}, "cannot be read"),
        ({"units": "1,5"}, "cannot be read"),
        ({"name": ""}, "required"),
        ({"name": "a" * 101}, "at most 100"),
    ],
)
def test_what_cannot_be_is_refused_on_both_steps(
    client: Client, shipped: Order, changes: dict[str, str], said: str
) -> None:
    wrong = {units_of(shipped) if name == "units" else name: value for name, value in changes.items()}
    refused = choose(client, shipped, **wrong)
    assert (refused.status_code, said in text_of(refused)) == (400, True)
    with nothing_changes():
        refused = form(choose(client, shipped), page_of(shipped, "confirm/")).post(client, headers=None, **wrong)
    assert (refused.status_code, said in text_of(refused)) == (400, True)
    assert not Withdrawal.objects.exists()


def test_pressed_twice_or_back_and_again_it_is_one_statement(client: Client, shipped: Order) -> None:
    page = form(choose(client, shipped), page_of(shipped, "confirm/"))
    first, second = page.post(client), page.post(client)
    assert (second.status_code, second["Location"]) == (303, first["Location"])
    assert Withdrawal.objects.count() == Delivery.objects.filter(kind="withdrawal").count() == 1


def test_two_tabs_withdraw_from_each_unit_once(client: Client, shipped: Order) -> None:
    pages = [form(choose(client, shipped), page_of(shipped, "confirm/")) for _ in range(2)]
    assert [page.post(client).status_code for page in pages] == [303, 400]
    assert Withdrawal.objects.count() == 1


def test_without_a_key_nothing_is_declared(client: Client, shipped: Order) -> None:
    page = form(choose(client, shipped), page_of(shipped, "confirm/"))
    del page.fields["key"]
    assert page.post(client).status_code == 400
    assert not Withdrawal.objects.exists()


def test_after_the_period_it_says_when_that_ended(client: Client, shipped: Order) -> None:
    page = form(choose(client, shipped), page_of(shipped, "confirm/"))
    note_instruction(order_id=shipped.pk)
    Shipment.objects.update(delivered_on=timezone.localdate().replace(year=timezone.localdate().year - 2))
    for answer in (client.get(page_of(shipped)), page.post(client)):
        assert "ended on" in text_of(answer)
        assert forms(answer, page_of(shipped, "confirm/")) == []
    assert choose_again(client, page.action, page.fields) == 400
    assert not Withdrawal.objects.exists()


def choose_again(client: Client, address: str, fields: dict[str, str]) -> int:
    return client.get(address, fields).status_code


def test_statements_of_others_are_not_found(
    client: Client, shipped: Order, variant: ProductVariant, delivery: DeliveryMethod, guest: Owner
) -> None:
    form(choose(client, shipped), page_of(shipped, "confirm/")).post(client)
    other = order(add(guest, variant), delivery)
    assert client.get(page_of(other, f"{Withdrawal.objects.get().pk}/")).status_code == 404
