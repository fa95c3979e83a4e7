"""The first page of a checkout: who the order is for, where it goes, and how."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import Checkout, DeliveryMethod
from tests.conftest import AtTheSeam, MakeVariant
from tests.support.checkout import ADDRESS, EMPTY, GONE, REVIEW, fill, send
from tests.support.ordering import ADA, order
from tests.support.pages import form, locked_by_a_rival, messages, text_of
from tests.support.shopping import add

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("delivery")]


def countries_of(client: Client, name: str = "country") -> list[str]:
    """The codes of the choices of a country."""
    (select,) = re.findall(rf'<select [^>]*name="{name}".*?</select>', text_of(client.get("/checkout/")))
    return re.findall(r'<option value="(.*?)"', select)


def test_nothing_in_the_cart_leads_back_to_it(client: Client) -> None:
    response = client.get("/checkout/", follow=True)
    assert response.redirect_chain == [("/cart/", 303)]
    assert messages(response) == [EMPTY]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_deleted", [True, False])
def test_a_delivery_method_that_goes_as_it_is_chosen_is_told_with_what_is_left(
    client: Client, line: CartItem, delivery: DeliveryMethod, at_the_seam: AtTheSeam, is_deleted: bool
) -> None:
    left = DeliveryMethod.objects.create(name="Bicycle", price=2, place=200)

    def take_off() -> None:
        chosen = DeliveryMethod.objects.filter(pk=delivery.pk)
        chosen.delete() if is_deleted else chosen.update(is_active=False)

    at_the_seam("orders.services.checkout.share_delivery_method", take_off)
    response = fill(client, delivery_method=str(delivery.pk))
    assert response.status_code == 409
    page = text_of(response)
    assert GONE in page
    assert re.findall(r'name="delivery_method" value="(\d+)"', page) == [str(left.pk)]
    again = form(response, "/checkout/")
    assert again.fields["street"] == ADDRESS["street"]
    assert again.post(client, delivery_method=str(left.pk))["Location"] == REVIEW


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "nonsense"},
        {"name": " "},
        {"country": ""},
        {"country": "Atlantis"},
        {"postcode": "1" * 17},
        {"postcode": "x"},
        {"postcode": ""},
        {"phone": "ring me"},
        {"vat_id": "DE12"},
        {"delivery_note": "a" * 201},
        {"city": "a\x00b"},
        {"name": "Ada\r\nBcc: x"},
        {"city": "Lon\u202edon"},
        {"delivery_method": "999"},
    ],
)
def test_what_is_wrong_is_said_at_its_field(client: Client, line: CartItem, wrong: dict[str, str]) -> None:
    (field,) = wrong
    response = fill(client, **wrong)
    page = text_of(response)
    assert response.status_code == 400
    assert not Checkout.objects.exists()
    assert f'class="field-error" id="id_{field}_error"' in page
    assert len(re.findall("autofocus", page)) == 1
    if field != "delivery_method":
        (own,) = re.findall(rf'<(?:input|select) [^>]*\bname="{field}"[^>]*>', page)
        assert "autofocus" in own
        assert 'aria-invalid="true"' in own
        assert 'value="1 Analytical Row"' in page


def test_browsers_know_what_to_fill_in(client: Client, line: CartItem) -> None:
    page = text_of(client.get("/checkout/"))
    postal = ["name", "address-line1", "address-line2", "address-level2", "postal-code", "country"]
    shipping, billing = ([f"{of} {token}" for token in postal] for of in ("shipping", "billing"))
    tokens = ["email", "tel", *shipping, "billing organization", *billing]
    assert re.findall(r'<(?:input|select) [^>]*autocomplete="([a-z0-9 -]+)"', page)[-len(tokens) :] == tokens
    assert re.search(r'<input type="tel" name="phone"[^>]*inputmode="tel"', page)


def test_a_country_is_chosen_and_its_name_is_shown(client: Client, line: CartItem) -> None:
    countries = countries_of(client)
    assert (countries[0], len(countries)) == ("", 250)
    assert form(client.get("/checkout/"), "/checkout/").fields["country"] == "GB"
    fill(client, country="FR", postcode="75001")
    assert Checkout.objects.get().country == "FR"
    assert "75001 London<br>France</address>" in text_of(client.get(REVIEW))


@pytest.mark.parametrize("typed", ["United Kingdom", "united  kingdom", "GB", "UK"])
def test_a_name_from_a_page_of_the_version_before_counts_as_its_code(
    client: Client, line: CartItem, typed: str
) -> None:
    assert fill(client, country=typed)["Location"] == REVIEW
    assert Checkout.objects.get().country == "GB"


def test_the_shop_delivers_where_it_says(client: Client, line: CartItem, settings: Settings) -> None:
    settings.SHOP_COUNTRIES = ["GB", "IE"]
    assert countries_of(client) == ["", "IE", "GB"]
    assert len(countries_of(client, "billing_country")) == 250
    refused = fill(client, country="FR")
    assert refused.status_code == 400
    assert "Please choose a country from the list: we deliver to no other." in text_of(refused)
    settings.SHOP_COUNTRIES = ["IE"]
    assert form(client.get("/checkout/"), "/checkout/").fields["country"] == "IE"


@pytest.mark.parametrize(("stored", "chosen"), [("Great Britain", "GB"), ("DE", "DE"), ("Atlantis", "")])
def test_what_the_version_before_wrote_is_shown_as_it_stands_and_chosen_where_it_is_known(
    client: Client, line: CartItem, stored: str, chosen: str
) -> None:
    fill(client)
    Checkout.objects.update(country=stored)
    shown = "Germany" if stored == "DE" else stored
    assert f"<br>{shown}</address>" in text_of(client.get(REVIEW))
    assert form(client.get("/checkout/"), "/checkout/").fields["country"] == chosen


def test_a_delivery_method_says_what_it_costs(client: Client, shopper: Owner, make_variant: MakeVariant) -> None:
    add(shopper, make_variant(price="40.00"))
    assert "£3.95" in text_of(client.get("/checkout/"))
    assert "free from £50.00" in text_of(client.get("/checkout/"))
    add(shopper, make_variant(price="10.00"))
    assert '<span class="choice-price">Free</span>' in text_of(client.get("/checkout/"))


def test_what_was_filled_in_is_there_when_one_comes_back(client: Client, line: CartItem) -> None:
    fill(client, name="Grace Hopper")
    assert form(client.get("/checkout/"), "/checkout/").fields["name"] == "Grace Hopper"


def test_the_last_address_is_known_to_who_logged_in(client: Client, ada: User, variant: ProductVariant) -> None:
    User.objects.update(first_name="Ada", last_name="Lovelace")
    cart = add(Owner(user_id=ada.pk), variant)
    fields = form(client.get("/checkout/"), "/checkout/").fields
    assert (fields["email"], fields["name"], fields["street"]) == ("ada@example.com", "Ada Lovelace", "")
    order(cart, DeliveryMethod.objects.get())
    add(Owner(user_id=ada.pk), variant)
    assert form(client.get("/checkout/"), "/checkout/").fields["street"] == ADA.street


@pytest.mark.django_db(transaction=True)
def test_what_was_typed_stays_while_the_shop_is_busy(client: Client, line: CartItem) -> None:
    address = form(client.get("/checkout/"), "/checkout/")
    with locked_by_a_rival("cart_cart", line.cart_id):
        response = send(client, address, **ADDRESS)
    assert response.status_code == 503
    assert "The shop is busy" in text_of(response)
    again = form(response, "/checkout/")
    assert again.fields["street"] == ADDRESS["street"]
    assert again.post(client)["Location"] == REVIEW


def test_the_page_is_not_kept(client: Client, line: CartItem) -> None:
    assert "no-store" in client.get("/checkout/")["Cache-Control"]


def test_statements(
    client: Client, ada: User, make_variant: MakeVariant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Session, user, cart with lines and the prices of delivery, what was filled in, last order, small cart."""
    for _ in range(3):
        add(Owner(user_id=ada.pk), make_variant())
    with django_assert_num_queries(6):
        assert client.get("/checkout/").status_code == 200
