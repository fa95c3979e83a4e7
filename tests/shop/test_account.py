"""An account's own pages: a forgotten password, another e-mail address, one's data, and the end."""

import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from analytics.models import AnalyticsEvent
from cart.models import Cart
from cart.owners import Owner
from delivery.deliver import deliver
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, SavedAddress
from tests.support.mailing import link_in_mail
from tests.support.ordering import FIRM
from tests.support.ordering import order as buy
from tests.support.pages import MakeUser, messages, text_of
from tests.support.shopping import add, nothing_changes, stock

pytestmark = pytest.mark.django_db

PASSWORD, ANOTHER = "a long password", "another long password"


@pytest.fixture
def ada(client: Client, make_user: MakeUser) -> User:
    """A customer, logged in."""
    user = make_user("ada")
    client.force_login(user)
    return user


def post(client: Client, address: str, **fields: str) -> Any:
    page = client.get(address, follow=True)
    return client.post(page.redirect_chain[-1][0] if page.redirect_chain else address, fields)


# --- A forgotten password


def test_a_new_password_by_mail(client: Client, make_user: MakeUser) -> None:
    make_user("ada")
    assert 'href="/accounts/reset/"' in text_of(client.get("/accounts/login/"))
    assert post(client, "/accounts/reset/", email="ada@example.com").status_code == 302
    response = post(client, link_in_mail(), new_password1=ANOTHER, new_password2=ANOTHER)
    assert response["Location"] == "/accounts/login/"
    assert messages(client.get("/accounts/login/")) == ["Your new password is set. Please log in with it."]
    assert Client().login(username="ada", password=ANOTHER)


def test_the_link_works_once(client: Client, make_user: MakeUser) -> None:
    make_user("ada")
    post(client, "/accounts/reset/", email="ada@example.com")
    link = link_in_mail()
    post(client, link, new_password1=ANOTHER, new_password2=ANOTHER)
    assert "has been used" in text_of(Client().get(link, follow=True))


def test_nobody_learns_who_has_an_account(client: Client, make_user: MakeUser) -> None:
    make_user("ada")
    known, unknown = (client.post("/accounts/reset/", {"email": f"{name}@example.com"}) for name in ("ada", "eve"))
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert mail.outbox == []  # the answer has not waited for a mail server: how long it takes tells nothing either
    assert deliver("email") == 1


# --- Another e-mail address


def test_an_address_changes_when_its_link_comes_back(client: Client, ada: User) -> None:
    post(client, "/account/email/", email="new@example.com", password=PASSWORD)
    link = link_in_mail()
    assert mail.outbox[0].to == ["new@example.com"]
    assert "new@example.com" in text_of(client.get(link))
    ada.refresh_from_db()
    assert ada.email == "ada@example.com"
    assert client.post(link)["Location"] == "/account/"
    ada.refresh_from_db()
    assert ada.email == "new@example.com"
    assert client.post(link).status_code == 404


def test_an_address_changes_for_its_owner_only(client: Client, ada: User, make_user: MakeUser) -> None:
    post(client, "/account/email/", email="new@example.com", password=PASSWORD)
    client.force_login(make_user("eve"))
    assert client.post(link_in_mail()).status_code == 404
    assert client.post("/account/email/forged/").status_code == 404


def test_a_link_ends(client: Client, ada: User, settings: Settings) -> None:
    post(client, "/account/email/", email="new@example.com", password=PASSWORD)
    settings.SHOP_EMAIL_CONFIRM_HOURS = -1
    assert client.get(link_in_mail()).status_code == 404


@pytest.mark.parametrize("fields", [{"email": "nonsense"}, {"password": "wrong"}, {"email": ""}])
def test_an_address_that_cannot_be(client: Client, ada: User, fields: dict[str, str]) -> None:
    response = client.post("/account/email/", {"email": "new@example.com", "password": PASSWORD} | fields)
    assert 'class="field-error"' in text_of(response)
    assert deliver("email") == 0


def test_an_address_of_another_account_is_not_taken_and_not_told(
    client: Client, ada: User, make_user: MakeUser
) -> None:
    make_user("eve")
    for email in ("EVE@example.com", "new@example.com"):
        page = client.post("/account/email/", {"email": email, "password": PASSWORD})
        assert "A link is on its way to the new address." in text_of(page)
    deliver("email")
    assert "You have an account with it already." in str(mail.outbox[0].body)
    assert "/account/email/" not in str(mail.outbox[0].body)


def test_an_address_that_was_taken_meanwhile_stays_where_it_is(client: Client, ada: User, make_user: MakeUser) -> None:
    post(client, "/account/email/", email="eve@example.com", password=PASSWORD)
    make_user("eve")
    response = client.post(link_in_mail(), follow=True)
    assert messages(response) == ["Another account has this e-mail address by now. Yours stays as it was."]
    ada.refresh_from_db()
    assert ada.email == "ada@example.com"


# --- Another password


def test_the_password_changes_and_other_sessions_end(client: Client, ada: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(ada)
    page = client.get("/account/password/")
    assert "At least 8 characters" in text_of(page)
    new = {"old_password": PASSWORD, "new_password1": ANOTHER, "new_password2": ANOTHER}
    response = client.post("/account/password/", new, follow=True)
    assert messages(response) == ["Your password is changed."]
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    ada.refresh_from_db()
    assert ada.check_password(ANOTHER)


@pytest.mark.parametrize(
    "wrong", [{"old_password": "wrong"}, {"new_password2": "different"}, {"new_password1": "x", "new_password2": "x"}]
)
def test_a_password_that_cannot_be(client: Client, ada: User, wrong: dict[str, str]) -> None:
    new = {"old_password": PASSWORD, "new_password1": ANOTHER, "new_password2": ANOTHER} | wrong
    assert 'class="field-error"' in text_of(client.post("/account/password/", new))
    before = ada.password
    ada.refresh_from_db()
    assert ada.password == before


# --- One's data


def test_the_data_are_all_and_not_the_password(client: Client, ada: User, variant: ProductVariant) -> None:
    add(Owner(user_id=ada.pk), variant, 2)
    response = client.get("/account/data.json")
    data = json.loads(response.content)
    assert "attachment" in response["Content-Disposition"]
    assert (data["username"], data["email"]) == ("ada", "ada@example.com")
    (line,) = data["carts"][0]["lines"]
    assert (line["sku"], line["quantity"], line["price"]) == (variant.sku, 2, "2.50")
    assert ada.password not in response.content.decode()


def test_the_data_have_orders_addresses_and_what_was_counted(
    client: Client, ada: User, variant: ProductVariant
) -> None:
    cart = add(Owner(user_id=ada.pk), variant, 2)
    order = buy(cart, DeliveryMethod.objects.create(name="By balloon", price=Decimal(1)))
    for cart_id in (cart.pk, cart.pk + 1):
        AnalyticsEvent.objects.create(name="add_to_cart", cart_id=cart_id, quantity=2, occurred_at=timezone.now())
    data = json.loads(client.get("/account/data.json").content)
    (told,) = data["orders"]
    assert (told["number"], told["to"]["email"], told["lines"][0]["quantity"]) == (order.number, order.email, 2)
    assert [(event["name"], event["cart_id"]) for event in data["events"]] == [("add_to_cart", cart.pk)]


def test_the_data_have_the_saved_addresses_and_the_address_of_the_bill(
    client: Client, ada: User, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    SavedAddress.objects.create(user=ada, name="Ada", street="1 Lane", country="FR", phone="123")
    SavedAddress.objects.create(user=User.objects.create_user("eve"), name="Eve")
    buy(add(Owner(user_id=ada.pk), variant), delivery, customer=FIRM)
    data = json.loads(client.get("/account/data.json").content)
    (saved,) = data["addresses"]
    assert (saved["name"], saved["country"], saved["phone"]) == ("Ada", "France", "123")
    given = data["orders"][0]["to"]
    assert {name: given[name] for name in asdict(FIRM)} == asdict(FIRM) | {
        "country": "United Kingdom",
        "billing_country": "France",
    }


# --- The end


def test_deleting_gives_the_held_units_back(client: Client, ada: User, variant: ProductVariant) -> None:
    add(Owner(user_id=ada.pk), variant, 3)
    leave = client.post("/account/delete/", {"password": PASSWORD})
    assert leave["Location"] == "/"
    assert (User.objects.count(), Cart.objects.count(), stock(variant)) == (0, 0, (10, 0))
    page = client.get("/")
    assert messages(page) == ["Your account is deleted."]
    assert "Log in" in text_of(page)


def test_deleting_asks_for_the_password(client: Client, ada: User, variant: ProductVariant) -> None:
    add(Owner(user_id=ada.pk), variant, 3)
    with nothing_changes():
        response = client.post("/account/delete/", {"password": "wrong"})
    assert "This is not your password." in text_of(response)
    assert User.objects.count() == 1


def test_staff_do_not_delete_themselves_here(client: Client, ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    client.post("/account/delete/", {"password": PASSWORD})
    assert User.objects.count() == 1


# --- All of them


@pytest.mark.parametrize(
    "address",
    [
        "/account/",
        "/account/email/",
        "/account/password/",
        "/account/addresses/new/",
        "/account/data.json",
        "/account/delete/",
    ],
)
def test_they_are_for_who_is_logged_in_and_not_stored(client: Client, make_user: MakeUser, address: str) -> None:
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={address}")
    client.force_login(make_user())
    assert "no-store" in client.get(address)["Cache-Control"]


@pytest.mark.parametrize("law", ["imprint", "privacy", "terms"])
def test_the_law_is_at_the_foot_of_each_page(client: Client, settings: Settings, law: str) -> None:
    settings.SHOP_LEGAL_NAME, settings.SHOP_LEGAL_ADDRESS = "Ada & Sons", "1 Mill Lane\nLondon"
    assert f'href="/legal/{law}/"' in text_of(client.get("/"))
    assert "Ada & Sons<br>1 Mill Lane<br>London" in text_of(client.get(f"/legal/{law}/"))


def test_there_are_no_other_laws(client: Client) -> None:
    assert client.get("/legal/jungle/").status_code == 404
