"""Another SECRET_KEY: what the one before has signed works as long as that is kept, and not a moment longer."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from pytest_django import Settings

from delivery.deliver import deliver
from inventory.models import ProductVariant
from orders.links import number_in, order_path
from tests.support.pages import Form, MakeUser, text_of

pytestmark = pytest.mark.django_db


def guest_with_a_cart(client: Client, add_form: Form) -> Callable[[], bool]:
    add_form.post(client, quantity="2")
    return lambda: 'class="empty"' not in text_of(client.get("/cart/"))


def customer(client: Client, make_user: MakeUser) -> Callable[[], bool]:
    client.force_login(make_user("ada"))
    return lambda: client.get("/account/").status_code == 200


def link_of_an_order() -> Callable[[], bool]:
    token = order_path("7K3M-Q9T2").split("/")[2]
    return lambda: number_in(token) == "7K3M-Q9T2"


def link_to_a_new_password(make_user: MakeUser) -> Callable[[], bool]:
    make_user("eve")
    Client().post("/accounts/reset/", {"email": "eve@example.com"})
    deliver("email")
    address = next(word for word in str(mail.outbox[-1].body).split() if word.startswith(settings.SHOP_URL))
    return lambda: "id_new_password1" in text_of(Client().get(address.removeprefix(settings.SHOP_URL), follow=True))


def test_a_change_of_keys_is_not_noticed_until_the_old_one_goes(
    client: Client, add_form: Form, variant: ProductVariant, make_user: MakeUser, settings: Settings
) -> None:
    works = [
        guest_with_a_cart(client, add_form),
        customer(Client(), make_user),
        link_of_an_order(),
        link_to_a_new_password(make_user),
    ]
    assert [each() for each in works] == [True] * 4
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
    assert [each() for each in works] == [True] * 4
    settings.SECRET_KEY_FALLBACKS = []
    # Django has given the customer's session the new key's mark by the visit before.
    assert [each() for each in works] == [False, True, False, False]
