"""The web dies while an order is placed. The shopper sends the form again until there is an answer."""

import http.client
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict

import pytest

from orders.models import DeliveryMethod, Order
from tests.faults.enduring import endure
from tests.faults.load import Load
from tests.faults.site import Site
from tests.support.ordering import ADA
from tools.replay.web import Browser, UnexpectedAnswer, fields_of_review

KILLS = 3
POINTS = ["before_order_commit", "before_order_answer"]


@pytest.mark.row(
    "25", "web killed while an order is placed: before its COMMIT, and before its answer", "sent again, it is one order"
)
def test_killed_while_an_order_is_placed(site: Site, note: Callable[..., None]) -> None:
    carts: list[int] = []

    def fault(load: Load) -> None:
        for point in POINTS * KILLS:
            carts.append(place_order(site, dying_at=point))

    observed = endure(site, fault)
    with site.orm():
        orders = Order.objects.filter(cart__in=carts).prefetch_related("lines")
        assert sorted(order.cart_id or 0 for order in orders) == sorted(carts)
        assert all(order.lines.count() == 1 for order in orders)
    sold = site.sql("SELECT count(*), sum(delta) FROM inventory_stockmovement WHERE kind = 'sale'")
    assert sold == [(len(carts), -len(carts))]
    note(observed)


def place_order(site: Site, *, dying_at: str = "") -> int:
    """Place an order over HTTP, while the web process dies at this point, if any. Returns the cart's id."""
    with site.orm():
        delivery = DeliveryMethod.objects.get(name="Standard").pk
    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)) as connection:
        return _order(site, dying_at, connection, delivery)


def _order(site: Site, point: str, connection: http.client.HTTPConnection, delivery: int) -> int:
    browser = Browser(connection)
    add = {"variant": str(site.goods()[0].variant_id), "quantity": "1"}
    insist(connection, lambda: browser.get("/accounts/login/"))
    insist(connection, lambda: browser.post("/cart/add/", add, expected=200, accept="application/json"))
    address = {**asdict(ADA), "delivery_method": str(delivery)}
    insist(connection, lambda: browser.post("/checkout/", address, expected=303))
    fields = fields_of_review(insist(connection, lambda: browser.get("/checkout/review/")))
    if point:
        site.arm(point)
    insist(connection, lambda: browser.post("/checkout/review/", fields | {"provider": "invoice"}, expected=303))
    assert not point or not site.is_armed(point)
    return int(fields["cart"])


def insist(connection: http.client.HTTPConnection, request: Callable[[], str]) -> str:
    """Repeat a request until it is answered, as a shopper does."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return request()
        except (OSError, http.client.HTTPException, UnexpectedAnswer):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)  # nothing signals that the web answers again
