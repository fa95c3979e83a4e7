"""What pages say of few units and of time that ends is what stock and holds say, in every state.

Rules: Directive 2005/29/EC, Annex I no. 7, and (EU) 2024/825. That no such phrase is missing here:
test_scarcity_phrases.py.
"""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from cart.models import Cart, CartItem
from cart.owners import Owner
from inventory.models import Product, ProductVariant
from orders.emails import EmailKind, render_order_email
from orders.links import order_path
from orders.models import DeliveryMethod, Order
from orders.services import cancel_order
from shop.wording import clock_time
from tests.conftest import MakeVariant
from tests.support.ordering import order, pay
from tests.support.pages import MakeSibling, MakeUser, alert, become_guest, form, forms, messages, text_of
from tests.support.shopping import add, end_soon, expire, held

pytestmark = pytest.mark.django_db

SOLD_OUT, IN_STOCK, LAST_IN_YOURS = "Sold out", "In stock", "The last ones are in your cart"
IN_CARTS = "All in other carts, perhaps free again at"
SAYS = re.compile(rf"{SOLD_OUT}|{IN_STOCK}|Only \d+ left|Only \d+ free just now|{IN_CARTS}|{LAST_IN_YOURS}")
MACHINES = {SOLD_OUT: "SoldOut", IN_STOCK: "InStock", IN_CARTS: "OutOfStock"}


@dataclass(frozen=True)
class Stock:
    """Units: on hand, in live and in expired holds of other carts, and in the shopper's own live and expired ones."""

    on_hand: int
    live: int = 0
    expired: int = 0
    own: int = 0
    own_expired: int = 0
    threshold: int = 5

    def make(self, make_variant: MakeVariant, shopper: Owner) -> ProductVariant:
        variant = make_variant(self.on_hand, threshold=self.threshold)
        if self.live:
            held(Owner(guest_token=uuid.uuid4()), variant, self.live)
        ended = [held(Owner(guest_token=uuid.uuid4()), variant, self.expired)] if self.expired else []
        if self.own or self.own_expired:
            own = held(shopper, variant, self.own or self.own_expired)
            ended += [own] if self.own_expired else []
        expire(*ended)
        return variant

    @property
    def free(self) -> int:
        """What this shopper could add."""
        return self.on_hand - self.live - self.own - self.own_expired


STATES = [
    (Stock(0), SOLD_OUT),
    (Stock(1), "Only 1 left"),
    (Stock(5), "Only 5 left"),
    (Stock(6), IN_STOCK),
    (Stock(1, threshold=0), IN_STOCK),
    (Stock(10, live=4), IN_STOCK),
    (Stock(10, live=8), "Only 2 free just now"),
    (Stock(10, live=8, expired=1), "Only 2 free just now"),
    (Stock(10, live=10), IN_CARTS),
    (Stock(10, expired=8), IN_STOCK),
    (Stock(3, expired=3), "Only 3 left"),
    (Stock(10, own=8), "Only 2 left"),
    (Stock(10, own=10), LAST_IN_YOURS),
    (Stock(10, own_expired=10), LAST_IN_YOURS),
    (Stock(10, own=6, live=4), IN_CARTS),
    (Stock(10, own=6, live=2), "Only 2 free just now"),
    (Stock(10, own=6, expired=4), "Only 4 left"),
]


def said(client: Client, address: str) -> set[str]:
    """What the page says of what is left, and no machine reads."""
    html = text_of(client.get(address))
    return set(SAYS.findall(re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)))


def told_to_machines(client: Client, variant: ProductVariant) -> str:
    html = client.get(variant.product.get_absolute_url()).content.decode()
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return str(json.loads(script)[0]["offers"][0]["availability"]).rsplit("/", 1)[1]


@pytest.mark.parametrize(("stock", "says"), STATES)
def test_what_is_left(client: Client, shopper: Owner, make_variant: MakeVariant, stock: Stock, says: str) -> None:
    variant = stock.make(make_variant, shopper)
    for price in ("2.50", "9.00"):
        ProductVariant.objects.update(price=price)
        assert said(client, variant.product.get_absolute_url()) == {says}
        for listed in ("/", "/goods/"):
            assert said(client, listed) == {says} - {IN_STOCK}  # a card says nothing of it
        assert told_to_machines(client, variant) == MACHINES.get(says, "LimitedAvailability")


units = st.integers(0, 12)


@settings(max_examples=60)
@given(units, units, units, units, st.integers(0, 8))
def test_a_number_that_is_said_is_what_one_can_add(
    live: int, expired: int, own: int, more: int, threshold: int
) -> None:
    stock = Stock(live + expired + own + more, live, expired, own, threshold=threshold)
    with transaction.atomic():
        product = Product.objects.create(number="P", name="Pot", slug="p")
        client = Client()

        def make_variant(on_hand: int, *, threshold: int) -> ProductVariant:
            return ProductVariant.objects.create(
                product=product,
                sku="P",
                name="Standard",
                price=1,
                stock_quantity=on_hand,
                low_stock_threshold=threshold,
            )

        stock.make(make_variant, become_guest(client))
        (says,) = said(client, "/products/p/")
        numbers = [int(number) for number in re.findall(r"\d+", says)]
        assert numbers == ([stock.free] if 0 < stock.free <= threshold else [])
        assert ("left" in says) is bool(numbers and not live)
        assert (says == IN_CARTS) is (not stock.free and live > 0)
        assert (says == SOLD_OUT) is (not stock.on_hand)
        transaction.set_rollback(True)


def test_a_card_of_several_says_the_sum(client: Client, make_variant: MakeVariant, sibling: MakeSibling) -> None:
    variant = make_variant(2, threshold=5)
    blue = sibling(variant, "Blue", stock_quantity=3, low_stock_threshold=5)
    assert said(client, "/goods/") == {"Only 5 left"}
    line = held(Owner(guest_token=uuid.uuid4()), blue, 3)
    assert said(client, "/goods/") == {"Only 2 free just now"}
    expire(line)
    assert said(client, "/goods/") == {"Only 5 left"}
    sibling(variant, "Red", stock_quantity=6, low_stock_threshold=5)
    assert said(client, "/goods/") == set()


@pytest.mark.parametrize("stock", [0, 1, 6])
def test_what_is_quoted_elsewhere_says_nothing_of_what_is_left(
    client: Client, make_variant: MakeVariant, stock: int
) -> None:
    """Search results and previews of links are read long after they were fetched."""
    html = text_of(client.get(make_variant(stock).product.get_absolute_url()))
    quoted = re.findall(r'<meta [^>]*content="([^"]*)"', html)
    assert quoted
    assert any("Held for you from the moment you add it." in text for text in quoted)
    assert not SAYS.search(" ".join(quoted))
    assert '"description": "' in html
    assert not SAYS.search("".join(re.findall(r'"description": "([^"]*)"', html)))


@pytest.mark.parametrize(
    ("stock", "says"),
    [
        (Stock(3), "Only 3 units available in stock."),
        (Stock(1), "Only 1 unit available in stock."),
        (Stock(9, live=6), "Only 3 units available in stock."),
        (Stock(3, expired=3), "Only 3 units available in stock."),
        (Stock(0), "Sold out."),
        (Stock(3, live=3), "All of them are in other carts; the first one may be free again at"),
    ],
)
def test_why_an_add_is_refused(
    client: Client, shopper: Owner, make_variant: MakeVariant, stock: Stock, says: str
) -> None:
    variant = stock.make(make_variant, shopper)
    other = form(client.get(make_variant().product.get_absolute_url()), "/cart/add/")
    told = alert(other.post(client, variant=str(variant.pk), quantity="10"))
    assert told.startswith(says)
    assert bool(re.search(r"at \d\d:\d\d|at \d", told)) is bool(stock.live and not stock.free)


@pytest.mark.parametrize(
    ("others", "says"),
    [
        (0, "Only 7 units available in stock. With the 3 in your cart that makes 10."),
        (7, "All of them are in other carts; the first one may be free again at"),
        (None, "Sold out: the 3 in your cart are the last ones."),
        (None, "Sold out: the 1 in your cart is the last one."),
    ],
)
def test_why_a_line_does_not_grow(
    client: Client, shopper: Owner, variant: ProductVariant, others: int | None, says: str
) -> None:
    line = held(shopper, variant, 1 if "the 1 in" in says else 3)
    if others:
        add(Owner(guest_token=uuid.uuid4()), variant, others)
    if others is None:
        ProductVariant.objects.update(stock_quantity=0)
    grown = forms(client.get("/cart/"), f"/cart/lines/{line.pk}/")[0].post(client, quantity="11")
    assert alert(grown).startswith(says)


# --- The clock of the cart

CLOCK = re.compile(r'data-seconds-left="(\d+)"')
UNTIL = re.compile(r"Held for you until <strong>(.*?)</strong>")


def ends_in(line: CartItem, minutes: float) -> str:
    """Let a hold end so soon. Returns the moment as a page tells it."""
    CartItem.objects.filter(pk=line.pk).update(reserved_until=Now() + timedelta(minutes=minutes))
    line.refresh_from_db()
    return clock_time(line.reserved_until or timezone.now())


@pytest.fixture
def two_lines(shopper: Owner, make_variant: MakeVariant) -> list[CartItem]:
    return [held(shopper, make_variant(2), 2) for _ in range(2)]


@pytest.mark.parametrize("address", ["/cart/", "/checkout/"])
def test_the_clock_runs_for_the_live_hold_that_ends_first_and_for_nothing_else(
    client: Client, two_lines: list[CartItem], delivery: DeliveryMethod, address: str
) -> None:
    first, second = two_lines
    soon, later = ends_in(first, 4), ends_in(second, 9)
    for until, most in ((soon, 240), (later, 540)):
        page = text_of(client.get(address))
        assert UNTIL.findall(page)[0] == until
        seconds = [int(left) for left in CLOCK.findall(page)]
        assert [0 < left <= most for left in seconds] == ([True] if address == "/cart/" else [])
        assert ("No longer held for you" in page) is (until == later)
        expire(first)
    expire(second)
    page = text_of(client.get(address))
    assert (UNTIL.findall(page), CLOCK.findall(page)) == ([], [])
    assert "No longer held for you" in page
    assert "Some items are no longer held for you. Take them again while there are any." in page


def test_an_empty_cart_has_no_clock(client: Client, shopper: Owner) -> None:
    page = text_of(client.get("/cart/"))
    assert (UNTIL.findall(page), CLOCK.findall(page)) == ([], [])


@pytest.mark.parametrize("is_taken", [True, False])
def test_what_is_not_available_is_what_others_have(client: Client, two_lines: list[CartItem], is_taken: bool) -> None:
    expire(two_lines[0])
    if is_taken:
        held(Owner(guest_token=uuid.uuid4()), two_lines[0].product_variant, 1)
    told = "Not available at the moment, and not counted here:"
    assert (told in text_of(client.get("/cart/"))) is is_taken


@pytest.mark.parametrize("is_live", [True, False])
@pytest.mark.parametrize("price", ["2.50", "9.00"])
def test_a_price_stays_as_long_as_the_hold(
    client: Client, two_lines: list[CartItem], is_live: bool, price: str
) -> None:
    ProductVariant.objects.filter(pk=two_lines[0].product_variant_id).update(price=price)
    if not is_live:
        expire(*two_lines)
    promised = "A line keeps the price that it had when you added it, until you take more of it or take it again."
    assert promised in text_of(client.get("/legal/terms/"))
    page = text_of(client.get("/cart/"))
    assert page.count("£2.50 each") == 2
    is_changed = price != "2.50"
    assert ("Yours stays until you take more." in page) is (is_changed and is_live)
    assert ("Taking it again is at the new one." in page) is (is_changed and not is_live)


def test_what_is_said_before_the_end_is_said_of_one_hold(client: Client, two_lines: list[CartItem]) -> None:
    """The other one is held for longer. The script shows these texts when so many minutes are left, begun ones too."""
    page = text_of(client.get("/cart/"))
    assert 'data-warning-1="An item in your cart is held for at most 1 more minute."' in page
    assert 'data-warning-2="An item in your cart is held for at most 2 more minutes."' in page
    expire(*two_lines)
    assert "data-warning" not in text_of(client.get("/cart/"))


@pytest.mark.parametrize(
    ("count", "longer", "again"),
    [
        (1, "1 item is held for longer.", "1 item is held for you again."),
        (2, "2 items are held for longer.", "2 items are held for you again."),
    ],
)
def test_what_is_kept_or_taken_again_is_held(
    client: Client, two_lines: list[CartItem], count: int, longer: str, again: str
) -> None:
    many = two_lines[:count]
    end_soon(*many)
    assert longer in pressed(client, "/cart/keep/")
    assert CartItem.objects.filter(reserved_until__gt=Now() + timedelta(minutes=20)).count() == 2
    expire(*many)
    assert again in pressed(client, "/cart/retake/")
    assert CartItem.objects.filter(reserved_until__gt=Now() + timedelta(minutes=20), reserved_quantity=2).count() == 2


def pressed(client: Client, action: str) -> str:
    """What the messages say after this button of the cart."""
    assert form(client.get("/cart/"), action).post(client).status_code == 303
    return " ".join(messages(client.get("/cart/")))


# --- What is promised


@pytest.mark.parametrize("kind", ["guest", "user"])
def test_goods_are_held_for_as_long_as_pages_say(
    client: Client, variant: ProductVariant, make_user: MakeUser, settings: Settings, kind: str
) -> None:
    settings.SHOP_HOLD_MINUTES = {"guest": 17, "user": 43}
    owner = become_guest(client)
    if kind == "user":
        user = make_user("ada")
        client.force_login(user)
        owner = Owner(user_id=user.pk)
    minutes = settings.SHOP_HOLD_MINUTES[kind]
    product = text_of(client.get(variant.product.get_absolute_url()))
    assert f"Held for you for {minutes} minutes from the moment you add it." in product
    home = f"What you put into your cart leaves the shelf. For {minutes} minutes nobody else can buy it."
    assert home in text_of(client.get("/"))
    assert "held for 17 minutes, for 43 minutes once you are logged in." in product
    terms = (
        "What you add is taken off the shelf and held for you: for 17 minutes, for 43 minutes once you are logged in."
    )
    assert terms in text_of(client.get("/legal/terms/"))
    line = held(owner, variant, 10)
    assert CartItem.objects.filter(pk=line.pk, reserved_until__gt=Now() + timedelta(minutes=minutes - 1)).exists()
    assert not CartItem.objects.filter(reserved_until__gt=Now() + timedelta(minutes=minutes)).exists()
    assert said(Client(), variant.product.get_absolute_url()) == {IN_CARTS}
    if kind == "guest":
        invited = re.sub("<[^>]*>", "", text_of(client.get("/cart/")))
        assert "Log in and what you add is held for 43 minutes." in invited
        signup = "With an account what you add is held for 43 minutes, and your orders and addresses are kept."
        assert signup in text_of(client.get("/accounts/signup/"))


# --- Orders that wait for their money


@pytest.fixture
def ada(make_user: MakeUser) -> User:
    return make_user("ada")


@pytest.mark.usefixtures("with_test_bank")
@pytest.mark.parametrize("provider", ["invoice", "testbank"])
@pytest.mark.parametrize(
    "settle",
    [lambda placed: None, pay, lambda placed: cancel_order(order_id=placed.pk)],
    ids=["unpaid", "paid", "cancelled"],
)
def test_an_order_waits_until_the_time_that_is_said(
    client: Client,
    ada: User,
    variant: ProductVariant,
    delivery: DeliveryMethod,
    provider: str,
    settle: Callable[[Order], Any],
) -> None:
    placed = order(add(Owner(user_id=ada.pk), variant, 2), delivery, provider=provider)
    settle(placed)
    placed.refresh_from_db()
    is_unpaid = placed.state == "placed"
    client.force_login(ada)
    until = f"<strong>{clock_time(placed.pay_by)}</strong>"
    told = {
        "invoice": f"Please transfer the total by {until}.",
        "testbank": f"Please pay £8.95 by {until}.",
    }[provider]
    told += " Unpaid then, the order is cancelled and its goods go back to the shelf."
    page = text_of(client.get(order_path(placed.number)))
    assert (told in page) is ("Unpaid then" in page) is is_unpaid
    assert (f"It is kept for you until {until}." in text_of(client.get("/cart/"))) is is_unpaid
    email = render_order_email(placed, EmailKind.PLACED)
    for text in (email.text, email.html):
        assert ("Everything below is set aside for you." in text) is is_unpaid
        assert ("Unpaid then, the order is cancelled." in text) is is_unpaid
    assert Cart.objects.filter(user=ada, status="open").count() == 0


@pytest.mark.usefixtures("with_test_bank")
@pytest.mark.parametrize("is_paid", [True, False])
def test_an_order_whose_way_to_pay_is_gone_is_kept_until_the_time_that_is_said(
    client: Client, ada: User, variant: ProductVariant, delivery: DeliveryMethod, settings: Settings, is_paid: bool
) -> None:
    placed = order(add(Owner(user_id=ada.pk), variant, 2), delivery, provider="testbank")
    if is_paid:
        pay(placed)
    settings.SHOP_PAYMENT_PROVIDERS = {"invoice": "orders.payments.invoice.Invoice"}
    told = f"Your order is kept until <strong>{clock_time(placed.pay_by)}</strong>: please choose how to pay it."
    assert (told in text_of(client.get(order_path(placed.number)))) is not is_paid
