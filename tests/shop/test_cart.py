"""The cart page."""

import re
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from cart.models import CartItem
from cart.owners import Owner
from inventory.models import ProductVariant, TaxClass, TaxRate
from orders.models import DeliveryMethod
from tests.conftest import MakeVariant
from tests.support.pages import forms, text_of
from tests.support.shopping import add, expire, held, nothing_changes

pytestmark = pytest.mark.django_db


def test_an_empty_cart_leads_on(client: Client) -> None:
    page = text_of(client.get("/cart/"))
    assert "Nothing in it yet." in page
    assert re.search(r'<a role="button" href="/goods/">', page)


def test_a_line_shows_what_it_is_and_what_it_costs(client: Client, shopper: Owner, make_variant: MakeVariant) -> None:
    variant = make_variant(price="1234.50")
    line = held(shopper, variant, 2)
    response = client.get("/cart/")
    page = text_of(response)
    for text in (variant.product.name, variant.sku, "£1,234.50 each", "£2,469.00"):
        assert text in page
    assert forms(response, f"/cart/lines/{line.pk}/")[0].fields["quantity"] == "2"
    assert forms(response, f"/cart/lines/{line.pk}/remove/")
    assert forms(response, f"/cart/lines/{line.pk}/retake/") == []


def test_the_total_is_of_all_lines_and_never_stale(client: Client, shopper: Owner, make_variant: MakeVariant) -> None:
    """No worker runs here, so the stored total is the one of an empty cart."""
    add(shopper, make_variant(price="2.50"), 3)
    add(shopper, make_variant(price="0.05"), 1)
    assert "<dd>£7.55</dd>" in text_of(client.get("/cart/"))


def test_the_tax_is_that_of_the_country_which_the_shopper_chose(
    client: Client, shopper: Owner, make_variant: MakeVariant, settings: Settings
) -> None:
    """By rate, with the delivery that the page shows; of the shop's own country until one is chosen."""
    DeliveryMethod.objects.all().delete()
    DeliveryMethod.objects.create(name="Standard", price="3.95")
    book = make_variant(price="2.50")
    books = TaxClass.objects.create(name="Books", percent=5)
    TaxRate.objects.create(tax_class=books, country="FR", percent="5.50")
    ProductVariant.objects.filter(pk=book.pk).update(tax_class=books)
    add(shopper, make_variant(price="10.00"), 2)
    add(shopper, book, 4)
    assert taxes(client) == [("20", "£3.77"), ("5", "£0.54")]
    client.post("/cart/country/", {"country": "FR"})
    assert taxes(client) == [("20", "£3.77"), ("5.5", "£0.59")]


def taxes(client: Client) -> list[tuple[str, str]]:
    rows = r"<dt>Tax included \(([\d.]+) %\)</dt><dd>(.*?)</dd>"
    return re.findall(rows, text_of(client.get("/cart/")))


def test_the_earliest_hold_ends_in_the_shops_time_zone(
    client: Client, shopper: Owner, make_variant: MakeVariant, settings: Settings
) -> None:
    settings.TIME_ZONE = "Asia/Kolkata"
    ends = timezone.now() + timedelta(minutes=5)
    line = held(shopper, make_variant())
    add(shopper, make_variant())
    CartItem.objects.filter(pk=line.pk).update(reserved_until=ends)
    expected = ends.astimezone(ZoneInfo("Asia/Kolkata"))
    text = f"{expected:%H:%M}" if is_today(expected) else f"{expected.day} {expected:%B %H:%M}"
    assert f"Held for you until <strong>{text}</strong>" in text_of(client.get("/cart/"))


def is_today(moment: datetime) -> bool:
    return moment.date() == datetime.now(moment.tzinfo).date()


def test_a_line_whose_hold_ran_out_is_marked(client: Client, shopper: Owner, variant: ProductVariant) -> None:
    line = held(shopper, variant)
    expire(line)
    response = client.get("/cart/")
    page = text_of(response)
    assert "No longer held for you" in page
    assert "Held for you until" not in page
    assert forms(response, f"/cart/lines/{line.pk}/retake/")
    assert forms(response, "/cart/keep/") == []


def test_keeping_is_offered_while_a_live_hold_may_be_extended(
    client: Client, shopper: Owner, variant: ProductVariant, settings: Settings
) -> None:
    line = held(shopper, variant)
    assert forms(client.get("/cart/"), "/cart/keep/")
    CartItem.objects.filter(pk=line.pk).update(hold_extensions=settings.SHOP_HOLD_EXTENSIONS)
    assert forms(client.get("/cart/"), "/cart/keep/") == []


def test_keeping_is_not_offered_for_what_is_no_longer_sold(
    client: Client, shopper: Owner, variant: ProductVariant
) -> None:
    add(shopper, variant)
    ProductVariant.objects.filter(pk=variant.pk).update(is_active=False)
    assert forms(client.get("/cart/"), "/cart/keep/") == []


def test_a_cart_is_its_owners_alone(client: Client, shopper: Owner, variant: ProductVariant) -> None:
    add(Owner(guest_token=uuid.uuid4()), variant)
    assert "Nothing in it yet." in text_of(client.get("/cart/"))


def test_it_costs_two_queries_however_many_lines(
    client: Client, shopper: Owner, make_variant: MakeVariant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        add(shopper, make_variant())
    # 1: the lines, with cart, variant and product. 2: the header's cart.
    with django_assert_num_queries(2):
        client.get("/cart/")


def test_looking_changes_nothing_and_is_not_stored(client: Client, shopper: Owner, variant: ProductVariant) -> None:
    expire(held(shopper, variant))
    with nothing_changes():
        response = client.get("/cart/")
    assert "no-store" in response["Cache-Control"]


def test_a_quantity_goes_up_to_what_is_held_and_free(
    client: Client, shopper: Owner, make_variant: MakeVariant, settings: Settings
) -> None:
    variant, other = make_variant(30), Owner(guest_token=uuid.uuid4())
    line = held(shopper, variant, 3)
    expire(held(other, variant, 5))
    add(Owner(guest_token=uuid.uuid4()), variant, 4)
    assert most_of(client, line) == 26
    settings.SHOP_MAX_UNITS_PER_LINE = 20
    assert most_of(client, line) == 20
    settings.SHOP_MAX_UNITS_PER_LINE = 2
    assert most_of(client, line) == 3


def most_of(client: Client, line: CartItem) -> int:
    (most,) = re.findall(rf'id="quantity-{line.pk}"[^>]* data-most="(\d+)"', text_of(client.get("/cart/")))
    return int(most)


def test_the_time_left_is_told_by_the_databases_clock(
    client: Client, shopper: Owner, variant: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A web server whose clock is an hour ahead would show a hold that is over."""
    line, ahead = held(shopper, variant), timezone.now() + timedelta(hours=1)
    CartItem.objects.filter(pk=line.pk).update(reserved_until=Now() + timedelta(seconds=300))
    monkeypatch.setattr(timezone, "now", lambda: ahead)
    (seconds,) = re.findall(r'data-seconds-left="(\d+)"', text_of(client.get("/cart/")))
    assert 240 < int(seconds) <= 300
