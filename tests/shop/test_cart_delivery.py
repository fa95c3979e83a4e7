"""The cart says what delivery costs, to which country, what is missing for a free one, and when it arrives."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, DeliveryRate, DeliveryStep, DeliveryZone
from orders.services import save_delivery_steps
from shop.cart.delivery import COUNTRY_COOKIE
from tests.conftest import MakeVariant
from tests.support.checkout import fill, review_form
from tests.support.pages import MakeUser, form, messages, text_of
from tests.support.shopping import expire, held, nothing_changes

pytestmark = pytest.mark.django_db
MakeRate = Callable[..., DeliveryRate]


@pytest.fixture
def make_rate(delivery: DeliveryMethod) -> MakeRate:
    """Make a price of the method in a zone of its own, of these weight steps."""

    def make(*countries: str, steps: dict[int | None, str], method: DeliveryMethod = delivery, **more: Any) -> Any:
        zone = DeliveryZone.objects.create(name=" ".join(countries), countries=sorted(countries))
        rate = DeliveryRate.objects.create(method=method, zone=zone, **more)
        for grams, price in steps.items():
            DeliveryStep.objects.create(rate=rate, up_to_grams=grams, price=price)
        return rate

    return make


def summary(client: Client) -> str:
    """What the summary of the cart says, in words."""
    page = text_of(client.get("/cart/"))
    return " ".join(page.partition('class="summary"')[2].partition('class="hold"')[0].split())


def choose(client: Client, country: str, **more: Any) -> Any:
    return client.post("/cart/country/", {"country": country}, **more)


def at_checkout(client: Client, query: str) -> str:
    """What the summary of the first step says, in words."""
    page = text_of(client.get(f"/checkout/?{query}"))
    return " ".join(page.partition('id="checkout-summary"')[2].partition("</aside>")[0].split())


def test_the_first_step_of_the_checkout_reckons_with_another_country_and_method(
    client: Client, line: CartItem, delivery: DeliveryMethod, make_rate: MakeRate
) -> None:
    express = DeliveryMethod.objects.create(name="Express", price="7.95", place=200)
    make_rate("FR", steps={None: "9.00"})
    assert "<dd>£8.95</dd>" in at_checkout(client, "")
    assert "<dd>£14.00</dd>" in at_checkout(client, "country=FR")
    assert "<dd>£12.95</dd>" in at_checkout(client, f"country=GB&delivery_method={express.pk}")
    # One that does not go there, and what nobody would choose.
    for query in ("country=FR&delivery_method=99", "country=FR&delivery_method=x", "country=fr"):
        assert "<dd>£14.00</dd>" in at_checkout(client, query)
    assert "<dd>£8.95</dd>" in at_checkout(client, "country=XX&delivery_method=")
    assert form(client.get("/checkout/?country=FR"), "/checkout/").fields["country"] == "FR"


def test_price_and_total_before_checkout(client: Client, line: CartItem, delivery: DeliveryMethod) -> None:
    """The line is of 2 at 2.50."""
    said = summary(client)
    assert "<dt>Goods</dt><dd>£5.00</dd>" in said
    assert "<dt>Delivery to United Kingdom</dt><dd>£3.95</dd>" in said
    assert "£45.00 more and delivery is free." in said
    assert "<dt>Total</dt><dd>£8.95</dd>" in said


def test_the_cheapest_of_several_is_the_least_that_it_costs(
    client: Client, line: CartItem, delivery: DeliveryMethod
) -> None:
    DeliveryMethod.objects.create(name="Express", price=8)
    assert "<dd>from £3.95</dd>" in summary(client)


def test_free_from_the_limit_on(client: Client, line: CartItem, delivery: DeliveryMethod) -> None:
    DeliveryMethod.objects.update(free_from=5)
    said = summary(client)
    assert "<dt>Delivery to United Kingdom</dt><dd>Free</dd>" in said
    assert "more and delivery is free" not in said
    assert "<dt>Total</dt><dd>£5.00</dd>" in said


def test_what_cannot_be_had_is_not_paid_nor_weighed(
    client: Client,
    shopper: Owner,
    line: CartItem,
    delivery: DeliveryMethod,
    make_variant: MakeVariant,
    make_rate: MakeRate,
) -> None:
    make_rate("GB", steps={1000: "2"})
    heavy = make_variant(price="45", weight_grams=9000)
    gone = held(shopper, heavy)
    assert "heavier than any parcel" in summary(client)
    expire(gone)
    ProductVariant.objects.filter(pk=heavy.pk).update(is_active=False)
    said = summary(client)
    assert ("<dd>£5.00</dd>" in said, "<dd>£2.00</dd>" in said) == (True, True)


def test_a_country_is_chosen_and_remembered(client: Client, line: CartItem, make_rate: MakeRate) -> None:
    make_rate("FR", steps={None: "9.50"})
    assert COUNTRY_COOKIE not in client.cookies
    assert "£3.95" in summary(client)
    response = choose(client, "FR")
    assert (response.status_code, response["Location"]) == (303, "/cart/")
    assert "<dt>Delivery to France</dt><dd>£9.50</dd>" in summary(client)
    assert client.cookies[COUNTRY_COOKIE]["httponly"]


def test_htmx_gets_the_cart_with_the_new_price(client: Client, line: CartItem, make_rate: MakeRate) -> None:
    make_rate("FR", steps={None: "9.50"})
    response = choose(client, "FR", headers={"HX-Request": "true"})
    assert "<dt>Delivery to France</dt><dd>£9.50</dd>" in text_of(response)
    assert client.cookies[COUNTRY_COOKIE].value == "FR"


@pytest.mark.parametrize("country", ["", "XX", "France", "\x00", "FR" * 99])
def test_what_is_no_country_is_refused(client: Client, line: CartItem, delivery: DeliveryMethod, country: str) -> None:
    response = choose(client, country)
    assert response.status_code == 400
    assert COUNTRY_COOKIE not in client.cookies
    client.cookies[COUNTRY_COOKIE] = "XX"
    assert "Delivery to United Kingdom" in summary(client)


def test_only_countries_that_we_deliver_to_can_be_chosen(
    client: Client, line: CartItem, delivery: DeliveryMethod, make_rate: MakeRate, settings: Settings
) -> None:
    make_rate("GB", "FR", steps={None: "9.50"})
    DeliveryMethod.objects.update(is_elsewhere=False)
    page = text_of(client.get("/cart/"))
    assert [code for code in ("GB", "FR", "NZ") if f'value="{code}"' in page] == ["GB", "FR"]
    settings.SHOP_COUNTRIES = ["GB"]
    assert choose(client, "FR").status_code == 400


def test_a_country_that_we_do_not_deliver_to(
    client: Client, line: CartItem, delivery: DeliveryMethod, make_rate: MakeRate
) -> None:
    make_rate("FR", steps={None: "9.50"})
    DeliveryMethod.objects.update(is_elsewhere=False)
    assert "We do not deliver to United Kingdom." in summary(client)
    page = client.get("/checkout/")
    assert "We do not deliver to United Kingdom." in text_of(page)
    with nothing_changes():
        answer = fill(client)
    assert answer.status_code == 400
    assert "We do not deliver to United Kingdom." in text_of(answer)


def test_a_parcel_that_is_too_heavy(client: Client, line: CartItem, make_rate: MakeRate) -> None:
    """Each of the two weighs 7 kg."""
    ProductVariant.objects.update(weight_grams=7000)
    make_rate("GB", steps={2000: "3", 10_000: "9"})
    told = "With 14.0 kg this is heavier than any parcel that we send to United Kingdom."
    assert told in summary(client)
    assert told in text_of(client.get("/checkout/"))
    ProductVariant.objects.update(weight_grams=5000)
    assert "<dd>£9.00</dd>" in summary(client)


def test_a_weight_that_is_not_known_counts_as_nothing(client: Client, line: CartItem, make_rate: MakeRate) -> None:
    make_rate("GB", steps={1: "3", 10_000: "9"})
    assert "<dd>£3.00</dd>" in summary(client)


def test_when_it_arrives(
    client: Client, line: CartItem, delivery: DeliveryMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Arrives" not in summary(client)
    DeliveryMethod.objects.update(days_from=2, days_to=4, cut_off=15)
    friday = datetime(2026, 11, 27, 9, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: friday)
    assert "Arrives Tue 1 Dec to Thu 3 Dec, if it is paid today." in summary(client)
    assert "Arrives Tue 1 Dec to Thu 3 Dec" in text_of(client.get("/checkout/"))


def test_the_address_decides_the_price_and_the_cart_knows_it(
    client: Client, line: CartItem, delivery: DeliveryMethod, make_rate: MakeRate
) -> None:
    make_rate("FR", steps={None: "9.50"})
    assert fill(client, country="FR", postcode="75001").status_code == 303
    assert "Order and pay £14.50" in text_of(client.get("/checkout/review/"))
    assert "Delivery to France" in summary(client)


def test_a_step_that_staff_change_during_the_review_is_shown_first(
    client: Client, line: CartItem, make_rate: MakeRate
) -> None:
    """Nothing is ordered at a price that the shopper has not seen."""
    rate = make_rate("GB", steps={None: "3"})
    fill(client)
    ordering = review_form(client)
    step = rate.steps.get()
    step.price = Decimal(4)
    save_delivery_steps(rate=rate, steps=[step], deleted=[])
    with nothing_changes():
        response = ordering.post(client)
    assert response.status_code == 409
    assert "The total has changed" in messages(response)[0]
    assert "Order and pay £9.00" in text_of(response)
    assert form(response, "/checkout/review/").post(client).status_code == 303


def test_a_zone_that_a_method_leaves_during_the_review(client: Client, line: CartItem, make_rate: MakeRate) -> None:
    rate = make_rate("GB", steps={None: "3"})
    fill(client)
    ordering = review_form(client)
    rate.delete()
    DeliveryMethod.objects.update(is_elsewhere=False)
    with nothing_changes():
        response = ordering.post(client)
    assert (response.status_code, response["Location"]) == (303, "/checkout/")


def test_no_more_statements_for_prices_of_many_zones(
    client: Client,
    make_user: MakeUser,
    make_variant: MakeVariant,
    make_rate: MakeRate,
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Session, user, cart with the prices of delivery, small cart."""
    user = make_user()
    client.force_login(user)
    for _ in range(3):
        held(Owner(user_id=user.pk), make_variant())
    for country in ("FR", "DE", "IE"):
        make_rate(country, steps={1000: "3", None: "5"})
    with django_assert_num_queries(4):
        assert client.get("/cart/").status_code == 200
