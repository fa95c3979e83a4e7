"""The web is killed while the goods of an order are added again. The same form, sent to the next web, adds the rest."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from cart.models import Cart, CartItem
from cart.owners import Owner
from orders.links import order_path
from orders.models import DeliveryMethod
from tests.conftest import MakeVariant
from tests.support.browsing import Shopper
from tests.support.databases import somebody_waits
from tests.support.ordering import order, pay
from tests.support.pages import form, locked_by_a_rival
from tests.support.processes import LocalProcess, start_web
from tests.support.shopping import add, stock
from tests.support.waiting import wait_until
from tools.local.server import free_port

pytestmark = pytest.mark.django_db(transaction=True)


def start(folder: Path, port: int) -> LocalProcess:
    """A web process that waits for a lock as long as it takes, and not for three seconds."""
    web = start_web(folder, port, DATABASE_STARTUP_OPTIONS="false")
    web.ready()
    return web


def units() -> list[tuple[int, int]]:
    lines = CartItem.objects.filter(cart__status="open").order_by("pk")
    return list(lines.values_list("product_variant", "quantity"))


def test_a_stranger_whose_answer_never_came_has_all_of_it_once(
    make_variant: MakeVariant, delivery: DeliveryMethod, tmp_path: Path
) -> None:
    """Without an answer the browser has no cookie: the form says which guest it is."""
    goods, somebody, port = [make_variant() for _ in range(3)], Owner(guest_token=uuid.uuid4()), free_port()
    for variant in goods:
        add(somebody, variant, 3)
    placed = order(Cart.objects.get(), delivery)
    pay(placed)
    shopper, path = Shopper(f"http://127.0.0.1:{port}"), order_path(placed.number)
    web = start(tmp_path, port)
    try:
        page = SimpleNamespace(content=shopper.get(path).text.encode())
        button = form(page, f"{path}again/")
        with ThreadPoolExecutor(1) as thread, locked_by_a_rival("inventory_productvariant", goods[1].pk):
            pressed = thread.submit(shopper.post, button.action, button.fields)
            wait_until(somebody_waits, "the second line waits")
            web.kill()
            assert isinstance(pressed.exception(), OSError)
            assert units() == [(goods[0].pk, 3)]
        web.teardown()
        web = start(tmp_path, port)
        answer = shopper.post(button.action, button.fields)
    finally:
        web.teardown()
    assert answer.url.endswith("/cart/")
    assert f"All goods of order {placed.number} are in your cart." in answer.text
    assert units() == [(variant.pk, 3) for variant in goods]
    assert [stock(variant) for variant in goods] == [(4, 3)] * 3
