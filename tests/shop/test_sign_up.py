"""Signing up by the link of an e-mail, and what comes along: the cart, and the address typed as a guest."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from pytest_django import Settings

from cart.models import Cart, CartItem
from cart.owners import Owner
from delivery.deliver import deliver
from inventory.models import ProductVariant
from orders.models import Checkout, DeliveryMethod
from orders.services import save_checkout
from tests.conftest import AtTheSeam
from tests.shop.test_login import PASSWORD, is_logged_in, log_in, units_of
from tests.support.checkout import ADDRESS, fill
from tests.support.mailing import link_in_mail
from tests.support.ordering import ADA
from tests.support.pages import MakeUser, become_guest, form, locked_by_a_rival, text_of
from tests.support.shopping import add

pytestmark = pytest.mark.django_db

CHOSEN = {"new_password1": PASSWORD, "new_password2": PASSWORD}


@pytest.fixture
def ada(make_user: MakeUser) -> User:
    return make_user("ada")


def ask(client: Client, email: str = "eve@example.com", **fields: str) -> Any:
    signup = form(client.get("/accounts/signup/"), "/accounts/signup/")
    return client.post(signup.action, signup.fields | {"email": email} | fields)


def sign_up(client: Client, **fields: str) -> Any:
    ask(client, **fields)
    return client.post(link_in_mail(), CHOSEN)


def test_signing_up_logs_in_and_brings_the_cart_along(client: Client, shopper: Owner, variant: ProductVariant) -> None:
    add(shopper, variant, 2)
    response = sign_up(client, next="/cart/")
    assert (response.status_code, response["Location"]) == (302, "/cart/")
    eve = User.objects.get()
    assert (eve.email, eve.is_staff, units_of(eve)) == ("eve@example.com", False, [(2, 2)])
    assert Cart.objects.filter(status="open").count() == 1
    assert is_logged_in("EVE@example.com") == eve.username


def test_a_sign_up_is_open_in_another_browser_and_works_once(client: Client) -> None:
    ask(client)
    link = link_in_mail()
    assert "For your new account with eve@example.com." in text_of(Client().get(link))
    assert Client().post(link, CHOSEN)["Location"] == "/"
    for again in (Client().get(link), Client().post(link, CHOSEN)):
        assert "This link has been used, or it is too old." in text_of(again)
    assert User.objects.count() == 1


def test_a_link_to_sign_up_ends(client: Client, settings: Settings) -> None:
    ask(client)
    settings.SHOP_EMAIL_CONFIRM_HOURS = -1
    assert "This link has been used, or it is too old." in text_of(client.post(link_in_mail(), CHOSEN))
    assert not User.objects.exists()


@pytest.mark.parametrize("email", ["", "nonsense", "a\x00b@example.com", "a" * 250 + "@example.com"])
def test_a_sign_up_that_cannot_be(client: Client, email: str) -> None:
    response = ask(client, email)
    assert response.status_code == 200
    assert 'class="field-error"' in text_of(response)
    assert deliver("email") == 0


@pytest.mark.parametrize("fields", [{"new_password2": "different"}, {"new_password1": "x", "new_password2": "x"}])
def test_a_password_that_cannot_be(client: Client, fields: dict[str, str]) -> None:
    ask(client)
    assert 'class="field-error"' in text_of(client.post(link_in_mail(), CHOSEN | fields))
    assert not User.objects.exists()


def test_an_address_has_one_account_and_the_page_tells_no_stranger(client: Client, ada: User) -> None:
    taken, free = (ask(client, email) for email in ("ADA@example.com", "eve@example.com"))
    assert (
        (taken.status_code, taken["Location"])
        == (free.status_code, free["Location"])
        == (302, "/accounts/signup/sent/")
    )
    assert mail.outbox == []  # how long the answer takes tells nothing either
    deliver("email")
    told = {mail.to[0]: str(mail.body) for mail in mail.outbox}
    assert "You have an account with it already." in told["ADA@example.com"]
    assert "/accounts/signup/" not in told["ADA@example.com"]
    assert "/accounts/signup/" in told["eve@example.com"]


@pytest.mark.django_db(transaction=True)
def test_of_two_that_want_one_address_at_once_one_gets_it(client: Client, at_the_seam: AtTheSeam) -> None:
    ask(client)
    link = link_in_mail()
    at_the_seam("shop.accounts.signup.create_account", lambda: Client().post(link, CHOSEN))
    assert "This link has been used, or it is too old." in text_of(client.post(link, CHOSEN))
    assert User.objects.count() == 1


# --- The address comes along


@pytest.fixture
def typed_as_guest(client: Client, line: CartItem, delivery: DeliveryMethod) -> dict[str, str]:
    """A guest with a line has filled in the address."""
    fill(client, street="9 Typed Lane")
    return ADDRESS | {"street": "9 Typed Lane"}


def street_at_checkout(client: Client) -> str:
    return form(client.get("/checkout/"), "/checkout/").fields["street"]


def test_the_address_typed_as_a_guest_comes_along(client: Client, typed_as_guest: dict[str, str], ada: User) -> None:
    log_in(client)
    assert street_at_checkout(client) == "9 Typed Lane"
    assert "9 Typed Lane" in text_of(client.get("/checkout/review/"))


def test_it_comes_along_at_sign_up_as_well(client: Client, typed_as_guest: dict[str, str]) -> None:
    sign_up(client)
    assert street_at_checkout(client) == "9 Typed Lane"


def test_the_accounts_own_cart_keeps_its_address(
    client: Client, typed_as_guest: dict[str, str], ada: User, variant: ProductVariant
) -> None:
    hers = add(Owner(user_id=ada.pk), variant)
    customer = replace(ADA, street="1 Own Street")
    save_checkout(cart_id=hers.pk, customer=customer, delivery_method_id=DeliveryMethod.objects.get().pk)
    log_in(client)
    assert street_at_checkout(client) == "1 Own Street"
    assert {line.cart for line in CartItem.objects.all()} == {hers}  # and the guest's lines came along


def test_it_goes_to_no_other_account_later(
    client: Client, typed_as_guest: dict[str, str], ada: User, make_user: MakeUser, variant: ProductVariant
) -> None:
    log_in(client)
    client.post("/accounts/logout/")
    make_user("eve")
    add(become_guest(client), variant)
    log_in(client, "eve")
    assert street_at_checkout(client) == ""
    assert Checkout.objects.get().cart.user == ada


@pytest.mark.django_db(transaction=True)
def test_it_stays_where_the_merge_fails(client: Client, typed_as_guest: dict[str, str], ada: User) -> None:
    cart = Cart.objects.get()
    with locked_by_a_rival("cart_cart", cart.pk):
        log_in(client)
    assert Checkout.objects.get().cart == cart
