"""The list of holds: what it shows, and how staff release and extend from it."""

import uuid
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.messages import WARNING
from django.test import Client
from django.urls import reverse

from backoffice.roles import CLERK
from cart.models import Cart, CartItem
from cart.owners import Owner
from inventory.models import ProductVariant
from tests.cart.test_extending import end_in, minutes_left
from tests.conftest import MakeVariant
from tests.support.shopping import expire, held, hold, nothing_changes, stock
from tests.support.staff import member_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules_hold_at_the_end")]

LIST = reverse("admin:cart_cartitem_changelist")


@pytest.fixture
def clerk(client: Client) -> Client:
    user = member_of(CLERK)
    client.force_login(user)
    return client


def shown(client: Client, query: str = "") -> list[int]:
    return [line.pk for line in client.get(LIST + query).context["cl"].result_list]


def choose(client: Client, action: str, *lines: CartItem, **fields: str) -> Any:
    return client.post(LIST, {"action": action, "_selected_action": [line.pk for line in lines], **fields})


def test_the_list_is_called_what_it_shows(clerk: Client, guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant)
    page = clerk.get(LIST).content.decode()
    assert "Holds" in page
    assert "art item" not in page
    cart = clerk.get(reverse("admin:cart_cart_change", args=[line.cart_id])).content.decode()
    assert "Lines" in cart
    assert "art item" not in cart


def test_each_filter_shows_what_it_says(clerk: Client, guest: Owner, make_variant: MakeVariant) -> None:
    live, soon, ended, released = lines = [held(guest, make_variant()) for _ in range(4)]
    end_in(soon, 5)
    expire(ended)
    choose(clerk, "release", released, reason="x")
    closed = held(Owner(guest_token=uuid.uuid4()), make_variant())
    Cart.objects.filter(pk=closed.cart_id).update(status=Cart.Status.ABANDONED)
    CartItem.objects.filter(pk=closed.pk).update(reserved_quantity=0, reserved_until=None)
    ProductVariant.objects.filter(pk=closed.product_variant_id).update(stock_quantity=10, reserved_quantity=0)
    assert shown(clerk) == [soon.pk, live.pk]
    assert shown(clerk, "?hold=soon") == [soon.pk]
    assert set(shown(clerk, "?hold=ended")) == {ended.pk, released.pk}
    assert set(shown(clerk, "?hold=all")) == {closed.pk, *(line.pk for line in lines)}


def test_a_hold_is_found_by_sku_cart_and_customer(clerk: Client, guest: Owner, make_variant: MakeVariant) -> None:
    customer = Owner(user_id=User.objects.create_user("ada.lovelace", "Ada@example.com").pk)
    mine, theirs = held(customer, make_variant()), held(guest, make_variant())
    for term in ("ada.lovelace", "ADA", "ada@EXAMPLE.com"):
        assert shown(clerk, f"?q={term}") == [mine.pk]
    assert shown(clerk, "?q=lovelace") == shown(clerk, "?q=da@example.com") == []
    ProductVariant.objects.filter(pk=theirs.product_variant_id).update(sku="84997A")
    for term in ("84997A", "84997a", "849"):
        assert shown(clerk, f"?q={term}") == [theirs.pk]
    assert shown(clerk, "?q=997") == shown(clerk, f"?q={'9' * 30}") == []
    assert shown(clerk, f"?q={mine.cart_id}") == [mine.pk]


def test_the_token_of_a_guest_is_nowhere(clerk: Client, guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant)
    addresses = [
        LIST,
        reverse("admin:cart_cartitem_change", args=[line.pk]),
        reverse("admin:cart_cart_changelist"),
        reverse("admin:cart_cart_change", args=[line.cart_id]),
    ]
    for address in addresses:
        page = clerk.get(address).content.decode()
        assert str(guest.guest_token) not in page


def test_a_clerk_releases_after_giving_a_reason(clerk: Client, guest: Owner, make_variant: MakeVariant) -> None:
    lines = [held(guest, make_variant(), 2) for _ in range(2)]
    with nothing_changes():
        page = choose(clerk, "release", *lines)
        for line in lines:
            assert f'value="{line.pk}"' in page.content.decode()
            assert f"2 × {line.product_variant}, cart {line.cart_id}: Guest, live" in page.content.decode()  # noqa: RUF001
        assert choose(clerk, "release", *lines, reason=" ").status_code == 422
    answer = clerk.post(
        LIST, {"action": "release", "_selected_action": [line.pk for line in lines], "reason": "A bot"}, follow=True
    )
    assert "Release holds: 2 done." in answer.content.decode()
    assert [hold(line) for line in lines] == [(2, 0), (2, 0)]
    assert {(entry.object_repr, entry.get_change_message()) for entry in LogEntry.objects.all()} == {
        (f"2 × {line.product_variant}, cart {line.cart_id}", "Hold released: A bot")  # noqa: RUF001
        for line in lines
    }


@pytest.mark.parametrize("action", ["release_one", "extend_one"])
def test_the_action_of_a_row_asks_first(clerk: Client, guest: Owner, variant: ProductVariant, action: str) -> None:
    line = held(guest, variant)
    end_in(line, 2)
    address = reverse(f"admin:cart_cartitem_{action}", args=[line.pk])
    with nothing_changes():
        assert clerk.get(address).status_code == 200
    assert clerk.post(address, {"reason": "On the phone"}).status_code == 302
    assert stock(variant) == ((10, 0) if action == "release_one" else (9, 1))
    if action == "extend_one":
        assert minutes_left(line) > 28


def test_what_was_done_already_is_said_and_changes_nothing(
    clerk: Client, guest: Owner, variant: ProductVariant, make_variant: MakeVariant
) -> None:
    line, other = held(guest, variant), held(guest, make_variant())
    choose(clerk, "release", line, reason="x")
    with nothing_changes():
        release = {"action": "release", "_selected_action": [line.pk], "reason": "x"}
        *_, warning = clerk.post(LIST, release, follow=True).context["messages"]
    assert warning.level == WARNING
    assert "these holds have ended" in warning.message
    told = clerk.post(
        LIST, {"action": "release", "_selected_action": [line.pk, other.pk], "reason": "x"}, follow=True
    ).content.decode()
    assert "1 done. 1 left as it was" in told


def test_too_many_at_once_are_refused(
    clerk: Client, guest: Owner, variant: ProductVariant, monkeypatch: pytest.MonkeyPatch, make_variant: MakeVariant
) -> None:
    monkeypatch.setattr("cart.admin.holds.MOST_AT_ONCE", 1)
    lines = held(guest, variant), held(guest, make_variant())
    with nothing_changes():
        choose(clerk, "release", *lines, reason="x")
    assert "at most 1 holds" in clerk.get(LIST).content.decode()


@pytest.mark.parametrize("object_id", ["999999999", "x", "1_2F2"])
def test_a_hold_that_does_not_exist(clerk: Client, object_id: str) -> None:
    assert clerk.get(reverse("admin:cart_cartitem_release_one", args=[object_id])).status_code == 404


def test_who_may_only_look_is_refused(client: Client, guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant)
    user = member_of(CLERK, "looker")
    group = Group.objects.get(name=CLERK)
    group.permissions.remove(*group.permissions.filter(codename="manage_holds"))
    client.force_login(user)
    with nothing_changes():
        for action in ("release_one", "extend_one"):
            address = reverse(f"admin:cart_cartitem_{action}", args=[line.pk])
            assert client.post(address, {"reason": "x"}).status_code == 403
        choose(client, "release", line, reason="x")
    assert "Release" not in client.get(LIST).content.decode()


def test_a_release_shows_in_the_history_of_the_line(clerk: Client, guest: Owner, variant: ProductVariant) -> None:
    line = held(guest, variant)
    choose(clerk, "release", line, reason="Kept by a bot")
    page = clerk.get(reverse("admin:cart_cartitem_history", args=[line.pk])).content.decode()
    assert "Hold released: Kept by a bot" in page
