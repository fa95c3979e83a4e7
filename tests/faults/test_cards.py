"""Cards: the web dies while it takes Stripe's word, Stripe is early or away, a worker dies while it sends a refund."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict

import pytest
from pytest_django import Settings

from orders.links import order_path
from orders.models import DeliveryMethod, Order
from orders.refund_states import payment_of, provider_to_refund
from orders.services import return_lines
from orders.services.refund_sending import queue_refund
from tests.faults.conftest import StartSite
from tests.faults.site import Site
from tests.faults.test_orders import insist
from tests.support.ordering import ADA
from tests.support.stripe_server import KEY, SECRET, StripeServer, send
from tests.support.waiting import wait_until
from tools.replay.web import Browser, fields_of_review

Note = Callable[..., None]


@pytest.fixture
def stripe(settings: Settings) -> Iterator[StripeServer]:
    """What is Stripe for the site; this process signs links and names providers as the site does."""
    settings.SECRET_KEY = "of the tests only"
    settings.SHOP_PAYMENT_PROVIDERS = {"stripe": "orders.payments.stripe.Stripe"}
    with StripeServer() as server:
        yield server


def env_of(stripe: StripeServer) -> dict[str, str]:
    return {"STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": SECRET, "STRIPE_API_BASE": stripe.url}


def hook_of(site: Site) -> str:
    return f"http://127.0.0.1:{site.port}/payments/stripe/hook/"


def order_by_card(site: Site) -> int:
    """Order two units and choose to pay by card. Returns the order's id."""
    with site.orm():
        delivery = DeliveryMethod.objects.get(name="Standard").pk
    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)) as connection:
        browser = Browser(connection)
        add = {"variant": str(site.goods()[0].variant_id), "quantity": "2"}
        insist(connection, lambda: browser.get("/accounts/login/"))
        insist(connection, lambda: browser.post("/cart/add/", add, expected=200, accept="application/json"))
        address = {**asdict(ADA), "delivery_method": str(delivery)}
        insist(connection, lambda: browser.post("/checkout/", address, expected=303))
        fields = fields_of_review(insist(connection, lambda: browser.get("/checkout/review/")))
        insist(connection, lambda: browser.post("/checkout/review/", fields | {"provider": "stripe"}, expected=303))
    with site.orm():
        return Order.objects.get(cart_id=int(fields["cart"])).pk


def page_of(site: Site, order_id: int) -> str:
    with site.orm():
        path = order_path(Order.objects.get(pk=order_id).number)
    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)) as connection:
        return Browser(connection).get(path)


def facts(site: Site, order_id: int) -> tuple[str, list[str], int, int]:
    """The order's state, how its payments ended, how often it was paid, and its refunds."""
    with site.orm():
        order = Order.objects.get(pk=order_id)
        payments = list(order.payments.values_list("status", flat=True))
        return order.state, payments, order.transitions.filter(to_state="paid").count(), order.refunds.count()


@pytest.mark.quick_fault
@pytest.mark.row(
    "26", "web killed while Stripe's web hook pays an order: before its COMMIT, and before its answer", "paid once"
)
def test_killed_while_a_web_hook_pays(start_site: StartSite, stripe: StripeServer, note: Note) -> None:
    site = start_site(env=env_of(stripe), without=("bulk", "beat"))
    for point in ("before_order_commit", "before_hook_answer"):
        order_id = order_by_card(site)
        session = list(stripe.sessions.values())[-1]
        stripe.pay(session)
        site.arm(point)
        event, hook = stripe.events[-1], hook_of(site)
        assert send(event, hook) is None
        assert not site.is_armed(point)
        wait_until(lambda event=event, hook=hook: send(event, hook) == 200, "the web hook is answered")  # type: ignore[misc]
        assert facts(site, order_id) == ("paid", ["paid"], 1, 0)
    note(None)


@pytest.mark.quick_fault
@pytest.mark.row(
    "27",
    "Stripe's web hook before its answer; Stripe away while an order is placed",
    "paid once; it waits, and says so",
)
def test_stripe_is_early_or_away(start_site: StartSite, stripe: StripeServer, note: Note) -> None:
    site = start_site(env=env_of(stripe), without=("bulk", "beat"))
    stripe.webhook, stripe.pays_at_once = hook_of(site), True
    order_id = order_by_card(site)
    assert facts(site, order_id) == ("paid", ["paid"], 1, 0)
    stripe.pays_at_once = False
    stripe.answers.clear()
    order_id = order_by_card(site)
    assert facts(site, order_id) == ("placed", ["pending"], 0, 0)
    stripe.answers.set()
    page = page_of(site, order_id)
    assert "Go on to pay: Card" in page
    assert "Pay in another way" in page
    note(None)


@pytest.mark.quick_fault
@pytest.mark.row("28", "worker killed before and after it asks Stripe for a refund", "one refund at Stripe")
def test_killed_with_a_refund(start_site: StartSite, stripe: StripeServer, note: Note) -> None:
    env = env_of(stripe) | {"FAULTS_HURRY": "1"}
    site = start_site(env=env, without=("bulk",))
    order_id = order_by_card(site)
    (session,) = stripe.sessions.values()
    stripe.pay(session)
    assert send(stripe.events[-1], hook_of(site)) == 200
    for point in ("refund_leased", "refund_sent"):
        site.arm(point)
    with site.orm():
        order = Order.objects.get(pk=order_id)
        # A part, since Stripe itself refuses to send more than all of it.
        return_lines(order_id=order_id, units={order.lines.get().pk: 1}, reason="Broken")
        (refund,) = order.refunds.all()
        payment = payment_of(refund)
        assert payment
        provider = provider_to_refund(payment)
        assert provider
        queue_refund(refund, payment, provider)
    sent = "SELECT count(*) FROM orders_refund WHERE sent_at IS NOT NULL"
    wait_until(lambda: site.sql(sent) == [(1,)], "the refund is sent", 90)
    assert not any(site.is_armed(point) for point in ("refund_leased", "refund_sent"))
    assert len(stripe.refunds) == 1
    note(None)
