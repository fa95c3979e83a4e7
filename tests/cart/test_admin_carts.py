"""The list of carts, and a cart's page."""

import uuid
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from cart.models import Cart
from cart.owners import Owner
from cart.services import close_abandoned_carts
from inventory.models import ProductVariant
from tests.conftest import MakeVariant
from tests.support.shopping import add, held, leave

pytestmark = pytest.mark.django_db

LIST = reverse("admin:cart_cart_changelist")


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("staff"))
    return client


def shown(client: Client, query: str = "") -> list[int]:
    return [cart.pk for cart in client.get(LIST + query).context["cl"].result_list]


def test_by_age(staff: Client, make_variant: MakeVariant) -> None:
    now, hours, days, weeks = (add(Owner(guest_token=uuid.uuid4()), make_variant()) for _ in range(4))
    leave(hours, days=1 / 8)
    leave(days, days=3)
    leave(weeks, days=10)
    assert shown(staff, "?touched=hour") == [now.pk]
    assert shown(staff, "?touched=day") == [hours.pk, now.pk]
    assert shown(staff, "?touched=1") == [weeks.pk, days.pk]
    assert shown(staff, "?touched=7") == [weeks.pk]


def test_a_value_is_never_stale_neither_shown_nor_filtered(staff: Client, make_variant: MakeVariant) -> None:
    small, large = (add(Owner(guest_token=uuid.uuid4()), make_variant(price=price)) for price in ("2.50", "60"))
    large.recalculate_total()
    small.recalculate_total()
    Cart.objects.filter(pk=small.pk).update(total_price=Decimal(999), version=99)
    assert shown(staff, "?value=50") == [large.pk]
    assert shown(staff, "?value=0") == []
    assert shown(staff, "?value=nonsense") == [large.pk, small.pk]
    page = staff.get(LIST).content.decode()
    assert "60.00" in page
    assert "2.50" in page
    assert "999.00" not in page


def test_an_abandoned_cart_keeps_its_value(staff: Client, guest: Owner, variant: ProductVariant) -> None:
    cart = add(guest, variant, 4)
    leave(cart, days=100)
    close_abandoned_carts()
    assert shown(staff, "?status__exact=abandoned") == [cart.pk]
    assert "10.00" in staff.get(LIST + "?status__exact=abandoned").content.decode()


def test_the_page_of_a_cart_shows_its_lines_and_leads_to_their_holds(
    staff: Client, guest: Owner, variant: ProductVariant, make_variant: MakeVariant
) -> None:
    lines = [held(guest, goods, 2) for goods in (variant, make_variant())]
    page = staff.get(reverse("admin:cart_cart_change", args=[lines[0].cart_id])).content.decode()
    for line in lines:
        assert line.product_variant.sku in page
        assert reverse("admin:cart_cartitem_change", args=[line.pk]) in page
    assert "live" in page


def test_a_cart_is_found_by_its_number_and_its_customer(staff: Client, variant: ProductVariant) -> None:
    cart = add(Owner(user_id=User.objects.create_user("ada").pk), variant)
    add(Owner(guest_token=uuid.uuid4()), variant)
    for term in ("ada", "AD"):
        assert shown(staff, f"?q={term}") == [cart.pk]
    assert shown(staff, f"?q={cart.pk}") == [cart.pk]
