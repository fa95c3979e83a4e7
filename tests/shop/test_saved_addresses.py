"""The addresses of an account: added, changed, removed, and chosen at the checkout."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, SavedAddress
from orders.services import save_address
from tests.support.checkout import ADDRESS, REVIEW, fill
from tests.support.ordering import FIRM, order
from tests.support.pages import MakeUser, become_guest, form, messages, text_of
from tests.support.shopping import add

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("delivery")]

NEW = "/account/addresses/new/"
HOME = {"name": "Ada", "street": "1 Lane", "street_2": "", "city": "London", "postcode": "N1 1AA", "country": "GB"}
WORK = HOME | {"street": "9 Mill Road", "postcode": "N9 9ZZ", "phone": "+44 20 7946 0000"}


def page_of(address: SavedAddress, action: str = "") -> str:
    return f"/account/addresses/{address.pk}/{action}"


def saved(user: User) -> list[tuple[str, bool]]:
    return [(address.street, address.is_default) for address in SavedAddress.objects.filter(user=user)]


def at_checkout(client: Client, address: str = "/checkout/") -> dict[str, str]:
    return form(client.get(address), "/checkout/").fields


def test_the_first_one_is_the_default_one(client: Client, ada: User) -> None:
    for fields in (HOME, WORK):
        response = client.post(NEW, fields, follow=True)
        assert messages(response) == ["The address is saved."]
    assert saved(ada) == [("1 Lane", True), ("9 Mill Road", False)]
    assert "9 Mill Road<br>London<br>N9 9ZZ<br>United Kingdom" in text_of(client.get("/account/"))


def test_one_is_changed_made_the_default_one_and_removed(client: Client, ada: User) -> None:
    home, work = (save_address(user=ada, fields=fields) for fields in (HOME, WORK))
    assert home
    assert work
    assert 'value="1 Lane"' in text_of(client.get(page_of(home)))
    client.post(page_of(home), HOME | {"street": "2 Lane"})
    client.post(page_of(work, "default/"))
    assert saved(ada) == [("9 Mill Road", True), ("2 Lane", False)]
    client.post(page_of(work, "remove/"))
    assert saved(ada) == [("2 Lane", True)]
    client.post(page_of(home, "remove/"))
    assert saved(ada) == []


@pytest.mark.parametrize("wrong", [{"street": ""}, {"postcode": "x"}, {"phone": "ring"}, {"country": "Atlantis"}])
def test_what_is_wrong_is_said_and_nothing_is_changed(client: Client, ada: User, wrong: dict[str, str]) -> None:
    home = save_address(user=ada, fields=HOME)
    assert home
    for address in (NEW, page_of(home)):
        page = text_of(client.post(address, HOME | {"name": "Eve"} | wrong))
        assert f'id="id_{next(iter(wrong))}_error"' in page
    assert [address.name for address in SavedAddress.objects.all()] == ["Ada"]


def test_there_is_a_limit(client: Client, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.services.addresses.MOST_ADDRESSES", 1)
    for address in (HOME, WORK):
        page = client.post(NEW, address)
    assert "An account keeps at most 1 addresses." in text_of(page)
    assert len(saved(ada)) == 1


def test_one_that_another_tab_has_removed_is_not_found(client: Client, ada: User) -> None:
    home = save_address(user=ada, fields=HOME)
    assert home
    SavedAddress.objects.all().delete()
    assert [client.post(page_of(home, action), HOME).status_code for action in ("", "default/", "remove/")] == [404] * 3


def test_they_go_with_the_account(client: Client, ada: User) -> None:
    save_address(user=ada, fields=HOME)
    client.post("/account/delete/", {"password": "a long password"})
    assert not SavedAddress.objects.exists()


def test_the_checkout_begins_with_the_default_one_and_offers_the_others(
    client: Client, ada: User, variant: ProductVariant
) -> None:
    home, work = (save_address(user=ada, fields=fields) for fields in (HOME, WORK))
    assert home
    assert work
    add(Owner(user_id=ada.pk), variant)
    page = text_of(client.get("/checkout/"))
    assert re.findall(r'<a href="\?to=(\w+)"( aria-current="true")?>', page) == [
        (str(home.pk), ' aria-current="true"'),
        (str(work.pk), ""),
        ("new", ""),
    ]
    assert at_checkout(client)["street"] == "1 Lane"
    chosen = at_checkout(client, f"/checkout/?to={work.pk}")
    assert (chosen["street"], chosen["phone"], chosen["email"]) == ("9 Mill Road", WORK["phone"], ada.email)
    assert at_checkout(client, "/checkout/?to=new")["street"] == ""


def test_the_addresses_of_another_are_not_offered(
    client: Client, ada: User, make_user: MakeUser, variant: ProductVariant
) -> None:
    theirs = save_address(user=make_user("eve"), fields=WORK)
    assert theirs
    add(Owner(user_id=ada.pk), variant)
    assert at_checkout(client, f"/checkout/?to={theirs.pk}")["street"] == ""
    assert "Mill Road" not in text_of(client.get("/checkout/"))


def test_what_was_filled_in_for_this_cart_goes_before(client: Client, ada: User, variant: ProductVariant) -> None:
    save_address(user=ada, fields=HOME)
    add(Owner(user_id=ada.pk), variant)
    page = form(client.get("/checkout/"), "/checkout/")
    page.post(client, street="5 Typed Street")
    assert at_checkout(client)["street"] == "5 Typed Street"


def test_the_bill_of_the_last_order_is_known_and_its_gift_message_is_not(
    client: Client, ada: User, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    order(add(Owner(user_id=ada.pk), variant), delivery, customer=FIRM)
    save_address(user=ada, fields=WORK)
    add(Owner(user_id=ada.pk), variant)
    fields = at_checkout(client)
    assert (fields["street"], fields["vat_id"], fields["billing_city"]) == ("9 Mill Road", FIRM.vat_id, "Paris")
    assert (fields["delivery_note"], fields.get("gift_message", "")) == ("", "")


def test_what_is_typed_at_the_checkout_is_kept_if_that_is_ticked(
    client: Client, ada: User, variant: ProductVariant
) -> None:
    add(Owner(user_id=ada.pk), variant)
    fill(client)
    assert saved(ada) == []
    fill(client, keep="on")
    assert fill(client, keep="on")["Location"] == REVIEW  # the form is sent twice
    assert saved(ada) == [(ADDRESS["street"], True)]
    assert at_checkout(client)["street"] == ADDRESS["street"]


def test_where_it_cannot_be_kept_the_checkout_goes_on(
    client: Client, ada: User, variant: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.services.addresses.MOST_ADDRESSES", 1)
    save_address(user=ada, fields=HOME)
    add(Owner(user_id=ada.pk), variant)
    answer = fill(client, keep="on")
    assert (answer["Location"], saved(ada)) == (REVIEW, [("1 Lane", True)])
    assert "is not kept in your account: An account keeps at most 1 addresses." in messages(client.get(REVIEW))[0]


def test_a_guest_is_not_asked_and_keeps_nothing(client: Client, shopper: Owner, variant: ProductVariant) -> None:
    add(shopper, variant)
    assert "keep" not in at_checkout(client)
    assert fill(client, keep="on")["Location"] == REVIEW
    assert not SavedAddress.objects.exists()


def test_a_guest_has_none(ada: User, variant: ProductVariant) -> None:
    home = save_address(user=ada, fields=HOME)
    assert home
    guest = Client()
    add(become_guest(guest), variant)
    assert "?to=" not in text_of(guest.get("/checkout/"))
    assert at_checkout(guest, f"/checkout/?to={home.pk}")["street"] == ""
