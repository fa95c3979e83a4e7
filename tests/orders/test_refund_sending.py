"""Refunds that Stripe sends: once, whatever is lost on the way; and what staff can do where it does not."""

from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from backoffice.roles import MANAGER
from cart.owners import Owner
from core.redis import client as redis
from delivery.deliver import MOST_ATTEMPTS, deliver
from delivery.models import Delivery
from delivery.services import discard_dead_deliveries
from inventory.models import ProductVariant
from orders.errors import PaymentNotPossible, RefundNotPossible, RefundUnderWay
from orders.models import DeliveryMethod, Order, Payment, Refund
from orders.payments import InvalidEvent, PaymentEvent, RefundEvent
from orders.refund_states import with_sending
from orders.services import (
    cancel_order,
    mark_refund_sent,
    open_payment_page,
    refund_order,
    return_lines,
    send_refund,
    settle_payment,
    settle_refund,
)
from orders.timeline import timeline_of
from outbox.drain import drain
from tests.support.ordering import order
from tests.support.shopping import add
from tests.support.staff import member_of
from tests.support.stripe_server import StripeServer, signed

pytestmark = pytest.mark.django_db

LIST = reverse("admin:orders_refund_changelist")


@pytest.fixture
def manager() -> User:
    return member_of(MANAGER)


@pytest.fixture
def paid(stripe: StripeServer, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> Order:
    """An order of two units, 8.95 in all, paid by card."""
    placed = order(add(guest, variant, 2), delivery, provider="stripe")
    pay_by_card(stripe, placed.payments.get())
    placed.refresh_from_db()
    return placed


@pytest.fixture
def refund(paid: Order) -> Refund:
    """Of all that was paid: due, and not asked for yet."""
    refund_order(order_id=paid.pk, reason="Lost")
    return paid.refunds.get()


def pay_by_card(stripe: StripeServer, payment: Payment) -> None:
    address = open_payment_page(payment=payment, back="https://shop.example/back/")
    session = next(each for each in stripe.sessions.values() if each["url"] == address)
    stripe.pay(session)
    amount = Decimal(session["amount_total"]) / 100
    settle_payment(
        event=PaymentEvent(payment.reference, True, amount, "GBP", session["payment_intent"]), provider="stripe"
    )


def work() -> int:
    """Let a worker do what is due by now. Returns how many deliveries the provider took."""
    Delivery.objects.update(due_at=Now() - timedelta(seconds=1))
    redis().delete("delivery:payments:stripe")
    sent = deliver("payments")
    drain("note_refund_accepted")
    return sent


def state(refund: Refund) -> str:
    found: Any = with_sending(Refund.objects.filter(pk=refund.pk)).get()
    return str(found.sending)


def give_up(refund: Refund) -> None:
    """Let the last attempt have come."""
    Delivery.objects.filter(kind="refund").update(attempts=MOST_ATTEMPTS - 1)
    work()


# --- Sent by the provider


def test_one_press_sends_the_money(stripe: StripeServer, refund: Refund, manager: User) -> None:
    assert (state(refund), stripe.refunds) == ("due", {})
    assert send_refund(refund_id=refund.pk, actor=manager)
    assert (state(refund), stripe.refunds) == ("queued", {})  # no request and no transaction asks Stripe
    assert work() == 1
    (sent,) = stripe.refunds.values()
    assert (sent["amount"], sent["currency"]) == (895, "gbp")
    refund.refresh_from_db()
    assert (state(refund), refund.transaction, refund.sent_by) == ("sent", sent["id"], None)
    told = [(event.what, event.who) for event in timeline_of(refund.order)]
    assert ("Refund sent: £8.95", "The payment provider") in told


def test_pressed_twice_it_is_sent_once(stripe: StripeServer, refund: Refund, manager: User) -> None:
    assert [send_refund(refund_id=refund.pk, actor=manager) for _ in range(2)] == [True, False]
    work()
    assert not send_refund(refund_id=refund.pk, actor=manager)
    work()
    assert len(stripe.refunds) == 1


def test_parts_of_an_order_are_refunds_of_their_own(stripe: StripeServer, paid: Order, manager: User) -> None:
    line = paid.lines.get()
    for seen in range(2):
        return_lines(order_id=paid.pk, units={line.pk: 1}, reason="Broken", seen=seen)
    for each in paid.refunds.all():
        send_refund(refund_id=each.pk, actor=manager)
        work()
    assert sorted(each["amount"] for each in stripe.refunds.values()) == [250, 645]


def test_money_that_came_for_a_cancelled_order_is_sent_at_once(
    stripe: StripeServer, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    placed = order(add(guest, variant, 2), delivery, provider="stripe")
    open_payment_page(payment=placed.payments.get(), back="https://shop.example/back/")
    cancel_order(order_id=placed.pk)
    payment = Payment.objects.get()
    pay_by_card(stripe, payment)
    assert state(Refund.objects.get()) == "queued"
    work()
    assert [each["amount"] for each in stripe.refunds.values()] == [895]
    assert state(Refund.objects.get()) == "sent"


def test_money_by_another_way_is_sent_by_staff(placed: Order, manager: User, stripe: StripeServer) -> None:
    payment = placed.payments.get()
    settle_payment(event=PaymentEvent(payment.reference, True, payment.amount, "GBP"), provider="invoice")
    refund_order(order_id=placed.pk, reason="Lost")
    with pytest.raises(RefundNotPossible):
        send_refund(refund_id=placed.refunds.get().pk, actor=manager)
    assert not Delivery.objects.exists()


# --- Never twice


def test_an_answer_that_was_lost(stripe: StripeServer, refund: Refund, manager: User) -> None:
    send_refund(refund_id=refund.pk, actor=manager)
    stripe.loses_answers = True
    assert work() == 0
    assert (len(stripe.refunds), state(refund)) == (1, "queued")
    stripe.loses_answers = False
    assert work() == 1
    assert (len(stripe.refunds), state(refund)) == (1, "sent")


def test_tried_again_after_stripe_forgot_the_key(stripe: StripeServer, refund: Refund, manager: User) -> None:
    send_refund(refund_id=refund.pk, actor=manager)
    stripe.loses_answers = True
    give_up(refund)
    assert (len(stripe.refunds), state(refund)) == (1, "unknown")
    stripe.loses_answers = False
    stripe.keys.clear()
    assert send_refund(refund_id=refund.pk, actor=manager)
    assert work() == 1
    assert (len(stripe.refunds), state(refund)) == (1, "sent")


def test_discarded_and_asked_for_again(stripe: StripeServer, refund: Refund, manager: User) -> None:
    """Staff who clear the list of deliveries make nothing known of the money."""
    send_refund(refund_id=refund.pk, actor=manager)
    stripe.loses_answers = True
    give_up(refund)
    discard_dead_deliveries([Delivery.objects.get().pk], actor=manager, reason="Tidy")
    assert state(refund) == "unknown"
    stripe.loses_answers = False
    assert send_refund(refund_id=refund.pk, actor=manager)
    work()
    assert (len(stripe.refunds), state(refund)) == (1, "sent")


def test_a_worker_that_was_lost_before_it_noted_the_answer(stripe: StripeServer, refund: Refund, manager: User) -> None:
    """Stripe's web hook says what the worker could not; the worker that comes next finds the same refund."""
    send_refund(refund_id=refund.pk, actor=manager)
    stripe.loses_answers = True
    work()
    stripe.loses_answers = False
    (made,) = stripe.refunds.values()
    assert call(stripe.tell("refund.created", made)) == 200
    assert state(refund) == "sent"
    work()
    assert len(stripe.refunds) == 1
    refund.refresh_from_db()
    assert refund.transaction == made["id"]


def test_by_hand_while_the_provider_sends_it_is_refused(stripe: StripeServer, refund: Refund, manager: User) -> None:
    send_refund(refund_id=refund.pk, actor=manager)
    with pytest.raises(RefundUnderWay):
        mark_refund_sent(refund_id=refund.pk, actor=manager, note="Transfer")
    work()
    assert not mark_refund_sent(refund_id=refund.pk, actor=manager, note="Transfer")


def test_sent_by_hand_the_provider_is_never_asked_again(stripe: StripeServer, refund: Refund, manager: User) -> None:
    send_refund(refund_id=refund.pk, actor=manager)
    stripe.refuses_refunds = "This card was closed."
    work()
    assert mark_refund_sent(refund_id=refund.pk, actor=manager, note="Transfer of 3 May")
    stripe.refuses_refunds = ""
    assert not Delivery.objects.filter(kind="refund").exists()
    assert work() == 0
    assert stripe.refunds == {}


# --- What the provider says


def test_a_refusal_is_final_until_staff_send_it_again(stripe: StripeServer, refund: Refund, manager: User) -> None:
    send_refund(refund_id=refund.pk, actor=manager)
    stripe.refuses_refunds = "Insufficient funds in your Stripe balance."
    assert work() == 0
    assert state(refund) == "refused"
    stripe.refuses_refunds = ""
    assert work() == 0
    assert send_refund(refund_id=refund.pk, actor=manager)
    assert state(refund) == "queued"
    assert work() == 1
    assert (len(stripe.refunds), state(refund)) == (1, "sent")


@pytest.mark.parametrize("status", [500, 429])
def test_no_answer_is_asked_for_again(stripe: StripeServer, refund: Refund, manager: User, status: int) -> None:
    send_refund(refund_id=refund.pk, actor=manager)
    stripe.fails = status
    assert work() == 0
    assert state(refund) == "queued"
    stripe.fails = None
    assert work() == 1


def call(event: dict[str, Any]) -> int:
    body, headers = signed(event)
    kind = headers.pop("Content-Type")
    return int(Client().post("/payments/stripe/hook/", body, content_type=kind, headers=headers).status_code)


@pytest.fixture
def sent(stripe: StripeServer, refund: Refund, manager: User) -> dict[str, Any]:
    """Stripe's refund, once it is sent."""
    send_refund(refund_id=refund.pk, actor=manager)
    work()
    return next(iter(stripe.refunds.values()))


def test_money_that_comes_back_is_due_again(
    stripe: StripeServer, refund: Refund, sent: dict[str, Any], manager: User
) -> None:
    sent.update(status="failed", failure_reason="lost_or_stolen_card")
    assert [call(stripe.tell("refund.failed", sent)) for _ in range(2)] == [200, 200]
    refund.refresh_from_db()
    assert (state(refund), refund.sent_at, refund.failure) == ("returned", None, "lost_or_stolen_card")
    assert refund.order.transitions.filter(note__contains="came back: lost_or_stolen_card").count() == 1
    with pytest.raises(RefundNotPossible):
        send_refund(refund_id=refund.pk, actor=manager)
    assert mark_refund_sent(refund_id=refund.pk, actor=manager, note="Transfer of 3 May")
    assert call(stripe.tell("refund.failed", sent)) == 200
    assert state(refund) == "sent"


def test_events_of_refunds_out_of_order(stripe: StripeServer, refund: Refund, sent: dict[str, Any]) -> None:
    created = stripe.tell("refund.created", sent)
    failed = stripe.tell("refund.failed", sent | {"status": "failed", "failure_reason": "expired_or_canceled_card"})
    assert [call(event) for event in (failed, created)] == [200, 200]
    assert state(refund) == "returned"


def test_a_refund_made_in_the_dashboard_is_ignored(stripe: StripeServer, refund: Refund, sent: dict[str, Any]) -> None:
    assert call(stripe.tell("refund.created", sent | {"metadata": {}})) == 200
    assert call(stripe.tell("charge.refunded", {"id": "ch_1", "object": "charge"})) == 200
    assert state(refund) == "sent"


@pytest.mark.parametrize("key", ["of-another-shop-1", "x", "-", "x-99999999999999999999"])
def test_a_refund_that_nobody_asked_for_is_not_found(refund: Refund, key: str) -> None:
    with pytest.raises(PaymentNotPossible):
        settle_refund(event=RefundEvent(key, "re_1", is_sent=True), provider="stripe")
    with pytest.raises(PaymentNotPossible):
        settle_refund(event=RefundEvent(f"{key}-{refund.pk}"[-40:], "re_1", is_sent=True), provider="stripe")
    assert state(refund) == "due"


@pytest.mark.parametrize("facts", [{"key": ""}, {"key": "x" * 41}, {"transaction": 7}])
def test_an_event_of_a_refund_that_cannot_be(facts: dict[str, Any]) -> None:
    with pytest.raises(InvalidEvent):
        RefundEvent(**{"key": "k", "transaction": "t", "is_sent": True, **facts})


# --- The back office


@pytest.fixture
def office(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def choose(office: Client, action: str, *refunds: Refund, **fields: Any) -> str:
    chosen = {"action": action, "_selected_action": [refund.pk for refund in refunds]}
    return office.post(LIST, chosen | fields, follow=True).content.decode()


def test_sent_from_the_list_and_from_the_page(office: Client, stripe: StripeServer, refund: Refund) -> None:
    assert f"£8.95 for {refund.order}: Lost" in choose(office, "send", refund)
    assert state(refund) == "due"
    address = reverse("admin:orders_refund_send_one", args=[refund.pk])
    assert "Send it" in office.get(address).content.decode()
    assert state(refund) == "due"
    told = office.post(address, {"reason": "-"}, follow=True).content.decode()
    assert "1 refund is being sent by its provider." in told
    assert "The provider is sending it" in told
    assert "None of these refunds is to be sent" in choose(office, "send", refund, reason="-")
    work()
    assert len(stripe.refunds) == 1


def test_what_no_provider_can_send_is_named(office: Client, placed: Order, stripe: StripeServer) -> None:
    payment = placed.payments.get()
    settle_payment(event=PaymentEvent(payment.reference, True, payment.amount, "GBP"), provider="invoice")
    refund_order(order_id=placed.pk, reason="Lost")
    told = choose(office, "send", placed.refunds.get(), reason="-")
    assert (
        f"No provider can send these; send them yourself, and note it with “Money was sent”: £13.95 for {placed}"
        in told
    )


def test_the_page_says_what_went_wrong_and_what_to_do(
    office: Client, stripe: StripeServer, refund: Refund, manager: User
) -> None:
    send_refund(refund_id=refund.pk, actor=manager)
    stripe.refuses_refunds = "Insufficient funds."
    work()
    page = office.get(reverse("admin:orders_refund_change", args=[refund.pk])).content.decode()
    for words in ("Refused by the provider", "Insufficient funds.", "Nothing was sent. Mend what the provider names"):
        assert words in page
    assert "ProviderRefused" not in page


def test_by_hand_beside_an_unknown_state_only_after_a_question(
    office: Client, stripe: StripeServer, refund: Refund, manager: User
) -> None:
    send_refund(refund_id=refund.pk, actor=manager)
    stripe.fails = 500
    give_up(refund)
    assert state(refund) == "unknown"
    asked = choose(office, "sent", refund, reason="Transfer")
    assert "it may have been sent" in asked
    refund.refresh_from_db()
    assert refund.sent_at is None
    question = asked.partition('name="agreed" value="')[2].partition('"')[0]
    assert "1 refund is noted as sent." in choose(office, "sent", refund, reason="Transfer", agreed=unescape(question))
    assert state(refund) == "sent"


def test_by_hand_while_it_is_sent_changes_nothing(office: Client, refund: Refund, manager: User) -> None:
    send_refund(refund_id=refund.pk, actor=manager)
    assert "None of these refunds is due any more" in choose(office, "sent", refund, reason="Transfer")
    assert state(refund) == "queued"
