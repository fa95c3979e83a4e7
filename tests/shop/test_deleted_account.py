"""An account that another tab deletes while a request of it is on its way: to the log-in page, and never a 500."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.db import connection
from django.db.models.signals import pre_delete
from django.test import Client
from django.urls import reverse
from django.utils.http import urlsafe_base64_encode

from cart.models import Cart
from cart.owners import Owner
from cart.services import add_product_to_cart, merge_guest_cart
from core.errors import UserGone
from inventory.models import ProductVariant
from orders.models import DeliveryMethod
from shop.accounts.services import delete_account, update_account
from tests.conftest import AtTheSeam, MakeVariant
from tests.shop.test_access import FIELDS
from tests.support.checkout import fill, review_form
from tests.support.ordering import order
from tests.support.pages import MakeUser, become_guest, messages
from tests.support.routes import routes
from tests.support.shopping import add, held, nothing_changes, stock
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("delivery")]

PASSWORD = "a long password"
LOG_IN = "/accounts/login/"


def delete(user: User) -> None:
    """What another tab does, in a session of its own."""

    def act() -> None:
        try:
            delete_account(User.objects.get(pk=user.pk))
        finally:
            connection.close()

    rival = Thread(target=act)
    rival.start()
    rival.join(30)
    assert not rival.is_alive()


@contextmanager
def gone_once_known(user: User) -> Iterator[list[str]]:
    """The account is deleted right after the first statement that read it; gives the statement."""
    seen: list[str] = []

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if not seen and sql.startswith("SELECT") and 'FROM "auth_user"' in sql:
            seen.append(sql)
            delete(user)
        return result

    with connection.execute_wrapper(wrapper):
        yield seen


def is_led_to_log_in(response: Any) -> bool:
    return (response.status_code, response.headers.get("Location")) == (303, LOG_IN)


def test_an_add(client: Client, ada: User, variant: ProductVariant) -> None:
    with gone_once_known(ada) as seen:
        response = client.post("/cart/add/", {"variant": variant.pk, "quantity": "2", "key": str(uuid.uuid4())})
    assert seen
    assert is_led_to_log_in(response)
    assert messages(client.get(LOG_IN)) == [
        "This account does not exist any more. Nothing was changed; log in to another, or go on as a guest."
    ]
    assert (stock(variant), Cart.objects.count()) == ((10, 0), 0)
    assert client.post("/cart/add/", {"variant": variant.pk, "quantity": "2"}).status_code == 303  # as a guest
    assert stock(variant) == (8, 2)


def test_at_the_insert_itself(client: Client, ada: User, variant: ProductVariant, at_the_seam: AtTheSeam) -> None:
    at_the_seam("cart.services.carts.create_cart", lambda: delete_account(User.objects.get(pk=ada.pk)))
    assert is_led_to_log_in(client.post("/cart/add/", {"variant": variant.pk, "quantity": "2"}))
    assert (stock(variant), Cart.objects.count()) == ((10, 0), 0)


def test_machines_and_parts_of_pages_get_a_fitting_answer(
    client: Client, make_user: MakeUser, variant: ProductVariant
) -> None:
    for headers in ({"Accept": "application/json"}, {"HX-Request": "true"}):
        user = make_user(f"ada{len(headers['Accept']) if 'Accept' in headers else 0}")
        client.force_login(user)
        with gone_once_known(user):
            response = client.post("/cart/add/", {"variant": variant.pk, "quantity": "2"}, headers=headers)
        if "Accept" in headers:
            assert (response.status_code, response.json()["code"]) == (401, "account_gone")
        else:
            assert (response.status_code, response["HX-Redirect"]) == (200, LOG_IN)


@pytest.mark.parametrize("seam", ["shop.accounts.services.update_account", "cart.services.merge.create_cart"])
def test_the_log_in_itself_and_its_merge(
    client: Client, make_user: MakeUser, variant: ProductVariant, at_the_seam: AtTheSeam, seam: str
) -> None:
    user = make_user("eve")
    add(become_guest(client), variant)
    at_the_seam(seam, lambda: delete_account(User.objects.get(pk=user.pk)))
    assert is_led_to_log_in(client.post(LOG_IN, {"username": "eve", "password": PASSWORD}))
    assert "sessionid" not in client.cookies or not client.cookies["sessionid"].value
    assert 'class="empty"' not in client.get("/cart/").content.decode()  # still the guest's
    assert stock(variant) == (9, 1)


def test_before_the_password_is_checked_it_is_as_if_it_had_never_been(client: Client, make_user: MakeUser) -> None:
    with gone_once_known(make_user("eve")) as seen:
        response = client.post(LOG_IN, {"username": "eve", "password": PASSWORD})
    assert seen
    assert "No account has this name and this password." in response.content.decode()


def test_the_order(client: Client, ada: User, variant: ProductVariant) -> None:
    held(Owner(user_id=ada.pk), variant, 2)
    fill(client)
    ordering = review_form(client)
    with gone_once_known(ada):
        response = ordering.post(client)
    assert response.status_code in {302, 303, 404}
    assert (stock(variant), Cart.objects.count()) == ((10, 0), 0)


def test_a_new_password_brings_no_account_back(client: Client, ada: User) -> None:
    uid = urlsafe_base64_encode(str(ada.pk).encode())
    token = default_token_generator.make_token(ada)
    visitor = Client()
    page = visitor.get(reverse("shop:reset_confirm", args=[uid, token]), follow=True)
    with gone_once_known(ada) as seen:
        new = {"new_password1": "quite another password", "new_password2": "quite another password"}
        response = visitor.post(page.redirect_chain[-1][0], new)
    assert seen
    assert is_led_to_log_in(response)
    assert not User.objects.exists()


def test_staff_are_led_to_their_own_log_in(client: Client) -> None:
    staff = User.objects.create_superuser("ada", password=PASSWORD)
    client.force_login(staff)
    new = {"new_password1": "quite another password", "new_password2": "quite another password"}
    with gone_once_known(staff):
        response = client.post("/admin/password_change/", {"old_password": PASSWORD, **new})
    assert (response.status_code, response["Location"]) == (303, "/admin/login/")
    assert not User.objects.exists()


def test_no_page_of_the_shop_breaks(make_user: MakeUser, make_variant: MakeVariant, delivery: DeliveryMethod) -> None:
    """Each by GET and by POST, of somebody with a cart and an order; a new one is looked at by itself."""
    variant, looked_at = make_variant(stock=1000), 0
    for route in routes():
        if route.is_of_back_office:
            continue
        for method in ("get", "post"):
            user, client = make_user(f"u{looked_at}"), Client()
            client.force_login(user)
            placed = order(held(Owner(user_id=user.pk), variant).cart, delivery)
            line = held(Owner(user_id=user.pk), variant)
            address = route.address.replace("999999999", placed.number if "order" in route.name else str(line.pk))
            fields = FIELDS | {"variant": str(variant.pk), "key": str(uuid.uuid4())}
            with gone_once_known(user) as seen:
                response = getattr(client, method)(address, fields if method == "post" else {})
            assert response.status_code < 500, (method, address)
            if seen:
                assert not Cart.objects.filter(user_id=user.pk).exists(), (method, address)
            looked_at += 1
    assert looked_at > 50


# --- The services


def test_commands_say_so(ada: User, variant: ProductVariant, guest: Owner) -> None:
    add(guest, variant)
    delete_account(ada)
    ada.pk = ada.pk or 999_999_999
    assert guest.guest_token
    with nothing_changes(), pytest.raises(UserGone):
        add_product_to_cart(ada, variant.pk, 1)
    with nothing_changes(), pytest.raises(UserGone):
        merge_guest_cart(user_id=ada.pk, guest_token=guest.guest_token)
    with pytest.raises(UserGone):
        update_account(ada, email="new@example.com")
    with pytest.raises(UserGone):
        delete_account(ada)
    assert not User.objects.exists()


def test_a_cart_that_is_opened_meanwhile_does_not_keep_the_account(ada: User, variant: ProductVariant) -> None:
    """It is opened when Django has looked which carts there are to delete, and its COMMIT waits for the account."""
    refused: list[type[Exception]] = []

    def add_for_ada() -> None:
        try:
            add_product_to_cart(ada, variant.pk, 1)
        except UserGone as error:
            refused.append(type(error))
        finally:
            connection.close()

    rival = Thread(target=add_for_ada)

    def begin(**kwargs: object) -> None:
        rival.start()
        wait_until(lambda: not rival.is_alive() or somebody_waits(), "the rival has come as far as it can")

    pre_delete.connect(begin, sender=User)
    try:
        delete_account(User.objects.get(pk=ada.pk))
    finally:
        pre_delete.disconnect(begin, sender=User)
    rival.join(30)
    assert refused == [UserGone]
    assert not User.objects.exists()
    assert (stock(variant), Cart.objects.count()) == ((10, 0), 0)


def somebody_waits() -> bool:
    """Whether a session waits for the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid")
        return bool(cursor.rowcount)
