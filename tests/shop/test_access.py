"""Every route, asked by a stranger: what is another's is not found, or asks to log in, and does not change.

A new route fails the first test until it stands in one of the tables here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.http import urlsafe_base64_encode

from backoffice.roles import CLERK
from cart.models import Cart, CartItem
from cart.owners import Owner
from demo.testbank import SIGNATURE, notice_body, signature_of
from inventory.models import ProductVariant
from orders.links import order_path
from orders.models import DeliveryMethod, Order, SavedAddress
from tests.conftest import MakeVariant
from tests.support.ordering import make_invoice, order
from tests.support.pages import MakeUser, become_guest, text_of
from tests.support.routes import routes
from tests.support.shopping import held
from tests.support.staff import member_of
from withdrawals.models import Withdrawal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("with_test_bank")]


@dataclass(frozen=True)
class Victim:
    """Somebody with a line in the cart and an order that waits to be paid; `client` is their browser."""

    client: Client
    line: CartItem
    order: Order
    user: User | None


def link(victim: Victim) -> str:
    return order_path(victim.order.number).split("/")[2]


def forged_links(victim: Victim) -> list[str]:
    """All that a stranger can make: the number itself, another signature, one that was made for something else."""
    number, signed = victim.order.number, link(victim)
    altered = signed[:-2] + ("A" if signed[-2] != "A" else "B") + signed[-1]
    return [number, altered, signing.dumps(number), signing.dumps(number, salt="shop.email")]


def email_token(victim: Victim) -> str:
    """Of the link that the customer was sent; in a stranger's hands it is nothing."""
    assert victim.user
    said = {"user": victim.user.pk, "old": victim.user.email, "new": "evil@example.com"}
    return signing.dumps(said, salt="shop.email")


def addresses(victim: Victim) -> list[str]:
    """The id of the customer's saved address; a guest has none."""
    return [str(address.pk) for address in SavedAddress.objects.filter(user=victim.user, user__isnull=False)]


# Addresses that show the same to everybody, or what the visitor has by their own cookie.
OPEN = {f"shop:{name}" for name in ("home", "catalogue", "category", "photo", "product", "legal", "page", "contact")}
OPEN |= {f"shop:{name}" for name in ("robots", "manifest", "favicon", "touch_icon", "social_card")}
OPEN |= {"shop:sitemap_index", "shop:sitemap"}
OPEN |= {f"shop:{name}" for name in ("login", "logout", "signup", "signup_sent", "reset", "reset_sent")}
OPEN |= {
    f"shop:{name}" for name in ("cart", "cart_add", "cart_country", "cart_undo", "cart_extend", "cart_reclaim_all")
}
OPEN |= {"shop:checkout", "shop:checkout_review", "shop:order_find", "shop:withdraw_find"}
OPEN |= {"healthz", "readyz", "demo:drawing"}
ORDER_ACTIONS = ("", "_pay", "_cancel", "_again", "_withdraw", "_withdraw_confirm")
# Addresses of what is somebody's, and what a stranger can put into them.
OF_SOMEBODY: dict[str, Callable[[Victim], list[str]]] = {
    **{f"shop:cart_line{action}": lambda victim: [str(victim.line.pk)] for action in ("", "_remove", "_reclaim")},
    **{f"shop:order{action}": forged_links for action in ORDER_ACTIONS},
    **{f"shop:account_order{action}": lambda victim: [victim.order.number] for action in ORDER_ACTIONS},
    **{f"shop:account_address{action}": addresses for action in ("", "_default", "_remove")},
    **{f"shop:order_{page}": forged_links for page in ("document", "withdrawn")},
    **{f"shop:account_order_{page}": lambda victim: [victim.order.number] for page in ("document", "withdrawn")},
    "shop:account_email_confirm": lambda victim: [email_token(victim)] if victim.user else [],
    "demo:testbank": lambda victim: [victim.order.number, str(victim.order.payments.get().pk)],
}


def address(name: str, argument: str, victim: Victim) -> str:
    """The address of somebody's with this argument: also of the PDF of their order's invoice, and of a withdrawal."""
    more: list[Any] = [f"INV-{victim.order.pk}"] if name.endswith("_document") else []
    if name.endswith("_withdrawn"):
        more = [victim.order.withdrawals.get().pk]
    return reverse(name, args=[argument, *more])


# Addresses that show who is logged in what is theirs: all that a stranger can do is not to log in.
BEHIND_LOG_IN = {f"shop:account{page}" for page in ("", "_email", "_export", "_orders", "_delete")}
BEHIND_LOG_IN |= {"shop:account_password", "shop:account_address_new"}
# Each has a test of its own below, and so has the whole back office.
BY_THEMSELVES = {
    "shop:reset_confirm",
    "shop:signup_confirm",
    "shop:payment_hook",
    "shop:home_preview",
    "shop:page_preview",
    "metrics",
}

# All that any of the forms asks for, so that nothing is refused for what is missing.
FIELDS = {
    "quantity": "1",
    "provider": "testbank",
    "call": "pay",
    "password": "a long password",
    "new_password1": "quite another password",
    "new_password2": "quite another password",
    "email": "evil@example.com",
}


def everything() -> dict[str, str]:
    """A fingerprint of each table but that of sessions, which every log-in and log-out writes."""
    with connection.cursor() as cursor:
        found = {}
        for model in apps.get_models():
            if model is not Session:
                table = connection.ops.quote_name(model._meta.db_table)
                rows = f"SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM {table} t"  # noqa: S608 - names of ours
                cursor.execute(f"SELECT md5(({rows}))")
                found[table] = cursor.fetchone()[0]
        return found


@contextmanager
def nothing_changes() -> Iterator[None]:
    """No row of any table is written, made or deleted inside."""
    before = everything()
    yield
    assert everything() == before


def answers(client: Client, address: str) -> list[Any]:
    return [client.get(address), client.post(address, FIELDS)]


def asks_to_log_in(response: Any, page: str = "shop:login") -> bool:
    return response.status_code in {302, 303} and str(response["Location"]).startswith(reverse(page) + "?next=")


def is_refused(response: Any) -> bool:
    return asks_to_log_in(response) or response.status_code in {403, 404, 405}


@pytest.fixture
def victims(make_user: MakeUser, make_variant: MakeVariant, delivery: DeliveryMethod) -> list[Victim]:
    """A customer and a guest."""

    def victim(client: Client, owner: Owner, user: User | None) -> Victim:
        placed = order(held(owner, make_variant(), 2).cart, delivery, provider="testbank")
        make_invoice(placed, f"INV-{placed.pk}")
        Withdrawal.objects.create(order=placed, name="Ada", email=placed.email, idempotency_key=str(placed.pk))
        return Victim(client, held(owner, make_variant(), 2), placed, user)

    ada, customer, guest = make_user("ada"), Client(), Client()
    customer.force_login(ada)
    SavedAddress.objects.create(user=ada, name="Ada", street="1 Lane", city="London", postcode="N1 1AA", country="GB")
    return [victim(customer, Owner(user_id=ada.pk), ada), victim(guest, become_guest(guest), None)]


@pytest.fixture
def strangers(make_user: MakeUser, variant: ProductVariant) -> dict[str, Client]:
    """Somebody without a cookie, a guest and a customer; the latter two have a cart of their own."""
    nobody, guest, customer = Client(), Client(), Client()
    eve = make_user("eve")
    customer.force_login(eve)
    for owner in (become_guest(guest), Owner(user_id=eve.pk)):
        held(owner, variant)
    return {"nobody": nobody, "guest": guest, "customer": customer}


def test_the_tables_name_every_route_once() -> None:
    tables = [OPEN, set(OF_SOMEBODY), BEHIND_LOG_IN, BY_THEMSELVES]
    assert set.union(*tables) == {route.key for route in routes() if not route.is_of_back_office}
    assert sum(map(len, tables)) == len(set.union(*tables))


@pytest.mark.parametrize("name", OF_SOMEBODY)
def test_what_is_anothers_is_not_found(name: str, victims: list[Victim], strangers: dict[str, Client]) -> None:
    let_in = []
    with nothing_changes():
        for victim in victims:
            for argument in OF_SOMEBODY[name](victim):
                for who, stranger in strangers.items():
                    found = answers(stranger, address(name, argument, victim))
                    let_in += [f"{who}: {each.status_code}" for each in found if not is_refused(each)]
    assert let_in == []


def their_own(name: str, victim: Victim) -> str:
    """The argument with which its owner gets there."""
    if name.startswith("shop:order"):
        return link(victim)
    return victim.order.payments.get().reference if name == "demo:testbank" else OF_SOMEBODY[name](victim)[0]


def test_a_link_to_an_order_opens_no_document_of_another(victims: list[Victim]) -> None:
    customer, guest = victims
    of_another = reverse("shop:order_document", args=[link(guest), f"INV-{customer.order.pk}"])
    assert guest.client.get(of_another).status_code == 404


@pytest.mark.parametrize("name", OF_SOMEBODY)
def test_their_owners_get_there(name: str, victims: list[Victim]) -> None:
    """By the same fields: what refuses a stranger is that they are one."""
    customer = victims[0]
    found = answers(customer.client, address(name, their_own(name, customer), customer))
    assert not all(is_refused(each) for each in found)


def test_an_account_asks_to_log_in(strangers: dict[str, Client]) -> None:
    with nothing_changes():
        for name in BEHIND_LOG_IN:
            for who in ("nobody", "guest"):
                shown, sent = answers(strangers[who], reverse(name))
                assert asks_to_log_in(shown)
                assert is_refused(sent)


def test_a_password_is_not_set_by_a_forged_link(victims: list[Victim], strangers: dict[str, Client]) -> None:
    ada = victims[0].user
    assert ada
    uid = urlsafe_base64_encode(str(ada.pk).encode())
    anothers = default_token_generator.make_token(User.objects.get(username="eve"))
    with nothing_changes():
        for stranger in strangers.values():
            for token in (anothers, "set-password", "x"):
                for response in answers(stranger, reverse("shop:reset_confirm", args=[uid, token])):
                    assert "new_password1" not in text_of(response)


def test_an_account_is_not_made_by_a_forged_link(strangers: dict[str, Client]) -> None:
    said = {"email": "evil@example.com", "next": "/"}
    with nothing_changes():
        for token in (signing.dumps(said), signing.dumps(said, salt="shop.email"), "x"):
            for response in answers(strangers["guest"], reverse("shop:signup_confirm", args=[token])):
                assert "new_password1" not in text_of(response)


def test_a_payment_is_not_settled_by_who_cannot_sign(victims: list[Victim]) -> None:
    payment = victims[0].order.payments.get()
    body = notice_body(payment, is_paid=True)
    with nothing_changes():
        for signature in ("", "0" * 64, signature_of(body + b" ")):
            headers = {SIGNATURE: signature}
            for provider, status in (("testbank", 400), ("nobody", 404)):
                address = reverse("shop:payment_hook", args=[provider])
                response = Client().post(address, body, content_type="application/json", headers=headers)
                assert response.status_code == status
        assert Client().get(reverse("shop:payment_hook", args=["testbank"])).status_code == 405


def test_the_metrics_are_for_operators(strangers: dict[str, Client]) -> None:
    for stranger in strangers.values():
        assert [each.status_code for each in answers(stranger, "/metrics")] == [404, 405]


@pytest.mark.parametrize("name", ["home_preview", "page_preview"])
def test_what_staff_are_writing_is_shown_to_staff(name: str, strangers: dict[str, Client]) -> None:
    address = reverse(f"shop:{name}")
    with nothing_changes():
        for stranger in strangers.values():
            assert [each.status_code for each in answers(stranger, address)] == [405, 404]
    clerk = Client()
    clerk.force_login(member_of(CLERK))
    assert [each.status_code for each in answers(clerk, address)] == [405, 200]


def theirs(victim: Victim) -> list[Any]:
    """All rows of the victim's carts and orders."""
    carts = Cart.objects.filter(pk__in=[victim.line.cart_id, victim.order.cart_id]).order_by("pk")
    orders = Order.objects.filter(email=victim.order.email).order_by("pk")
    lines = CartItem.objects.filter(cart__in=carts).order_by("pk")
    return [list(rows.values()) for rows in (carts, lines, orders)]


@pytest.mark.parametrize(
    "name", ["cart_add", "cart_undo", "cart_extend", "cart_reclaim_all", "checkout", "checkout_review"]
)
def test_a_form_cannot_name_anothers_cart(name: str, victims: list[Victim], strangers: dict[str, Client]) -> None:
    """Whatever it does with the stranger's own."""
    for victim in victims:
        before = theirs(victim)
        named = {"cart": victim.line.cart_id, "variant": victim.line.product_variant_id, "line": victim.line.pk}
        seen = {"version": victim.line.cart.version, "total": "5.00", "details": "x", "key": f"{name} {victim.line.pk}"}
        for stranger in strangers.values():
            stranger.post(reverse(f"shop:{name}"), FIELDS | named | seen)
        assert theirs(victim) == before


def test_the_back_office_asks_to_log_in(strangers: dict[str, Client]) -> None:
    """At every route, whatever is registered; at the two pages themselves there is nothing else."""
    pages = {"admin:login", "admin:logout"}
    let_in = []
    with nothing_changes():
        for route in routes():
            if route.is_of_back_office and route.key not in pages:
                found = [each for who in ("nobody", "customer") for each in answers(strangers[who], route.address)]
                let_in += [f"{route.address}: {each}" for each in found if not asks_to_log_in(each, "admin:login")]
    assert let_in == []
