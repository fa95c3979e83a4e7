"""Orders with rivals: one cart submitted many times, one unit wanted by two, an order cancelled during its payment."""

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models.functions import Now

from cart.models import Cart
from cart.owners import Owner
from cart.services import release_expired_holds
from inventory.models import ProductVariant, StockMovement
from orders.models import DeliveryMethod, Order, OrderTransition, Payment, Refund
from tests.conftest import MakeVariant
from tests.storms import guards_out
from tests.storms.actors import buy, delete_cart, merge, name_of, sweep
from tests.storms.conftest import Deadlocks
from tests.storms.harness import Actor, cast, storm
from tests.storms.order_actors import (
    Submit,
    bring_back,
    cancel,
    cancel_overdue,
    hear_that_it_is_paid,
    place,
    place_in_rounds,
)
from tests.support.ordering import order, pay, seen
from tests.support.shopping import add, expire, held, stock

SUBMITS, ROUNDS = 20, 150

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rules_hold_at_the_end")]
Guests = Callable[[int], list[Owner]]


@pytest.fixture
def delivery() -> DeliveryMethod:
    return DeliveryMethod.objects.update_or_create(name="Standard", defaults={"price": Decimal("3.95")})[0]


def submit_of(cart: Cart, delivery: DeliveryMethod, key: str | None = None) -> Submit:
    shown = seen(cart, delivery)
    return cart.pk, shown.version, str(shown.total), key or str(uuid.uuid4())


def sold(variant: ProductVariant) -> int:
    movements = StockMovement.objects.filter(variant=variant, kind="sale").values_list("delta", flat=True)
    return -sum(movements)


class TestOneCart:
    def test_twenty_submits_are_one_order_and_equal_answers(
        self, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
    ) -> None:
        submit = submit_of(add(guest, variant, 3), delivery)
        answers = storm([Actor(place, (submit,))] * SUBMITS)
        assert answers == [Order.objects.get().number] * SUBMITS
        assert (stock(variant), sold(variant)) == ((7, 0), 3)

    def test_of_twenty_forms_of_one_cart_one_buys(
        self, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
    ) -> None:
        cart = add(guest, variant, 3)
        answers = Counter(storm([Actor(place, (submit_of(cart, delivery),)) for _ in range(SUBMITS)]))
        assert answers == {Order.objects.get().number: 1, "CartClosed": SUBMITS - 1}
        assert stock(variant) == (7, 0)

    def test_control_without_the_claim_the_answers_differ(
        self, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
    ) -> None:
        """The database still refuses a second order of a cart, but a double click then gets an error."""
        submit = submit_of(add(guest, variant, 3), delivery)
        answers = storm([Actor(place, (submit,), without=guards_out.bought_carts_are_not_claimed)] * SUBMITS)
        assert len(set(answers)) > 1

    def test_an_add_that_waits_for_the_order_goes_into_the_next_cart(
        self, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
    ) -> None:
        cart = add(guest, variant, 3)
        placing = Actor(place, (submit_of(cart, delivery),), pause_after="cart.services.purchase.lock_lines")
        with cast(placing, Actor(buy, (name_of(guest), variant.pk))) as (placer, buyer):
            placer.start()
            placer.wait_paused()
            buyer.start()
            assert buyer.wait_settled() is True
            placer.resume()
            assert (placer.result(), buyer.result()) == (Order.objects.get().number, "added")
        assert stock(variant) == (6, 1)

    def test_an_order_that_waits_for_an_add_buys_nothing_that_was_not_shown(
        self, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
    ) -> None:
        submit = submit_of(add(guest, variant, 3), delivery)
        adding = Actor(buy, (name_of(guest), variant.pk), pause_after="cart.services.lines.lock_line_of_variant")
        with cast(adding, Actor(place, (submit,))) as (buyer, placer):
            buyer.start()
            buyer.wait_paused()
            placer.start()
            assert placer.wait_settled() is True
            buyer.resume()
            assert (buyer.result(), placer.result()) == ("added", "CartChanged")
        assert stock(variant) == (6, 4)

    def test_a_log_in_or_an_order_gets_the_cart(
        self, guest: Owner, make_user: Callable[[], object], variant: ProductVariant, delivery: DeliveryMethod
    ) -> None:
        user_id = make_user().pk  # type: ignore[attr-defined]
        submit = submit_of(add(guest, variant, 3), delivery)
        placed, merged = storm([Actor(place, (submit,)), Actor(merge, (user_id, str(guest.guest_token)))])
        assert merged == "merged"
        bought = Order.objects.exists()
        assert placed == (Order.objects.get().number if bought else "CartClosed")
        assert stock(variant) == ((7, 0) if bought else (7, 3))

    def test_a_cart_that_is_deleted_meanwhile(
        self, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
    ) -> None:
        cart = add(guest, variant, 3)
        storm([Actor(place, (submit_of(cart, delivery),)), Actor(delete_cart, (cart.pk,))])
        assert stock(variant) == ((7, 0) if Order.objects.exists() else (10, 0))


class TestRivals:
    def test_two_carts_and_one_last_unit(
        self, guests: Guests, make_variant: MakeVariant, delivery: DeliveryMethod
    ) -> None:
        """Both once held the unit until it expired. One buys it; the other is refused."""
        variant = make_variant(1)
        submits = []
        for guest in guests(2):
            line = held(guest, variant)
            expire(line)
            release_expired_holds()
            submits.append(submit_of(line.cart, delivery))
        answers = storm([Actor(place, (submit,)) for submit in submits])
        assert Counter(answers) == {Order.objects.get().number: 1, "CartChanged": 1}
        assert (stock(variant), sold(variant)) == ((0, 0), 1)

    def test_an_order_and_an_add_want_what_ran_out(
        self, guests: Guests, make_variant: MakeVariant, delivery: DeliveryMethod
    ) -> None:
        variant = make_variant(1)
        owner, rival = guests(2)
        line = held(owner, variant)
        expire(line)
        answers = storm(
            [Actor(place, (submit_of(line.cart, delivery),)), Actor(buy, (name_of(rival), variant.pk)), Actor(sweep)]
        )
        if Order.objects.exists():
            assert (answers[1], stock(variant)) == ("InsufficientStock", (0, 0))
        else:
            assert (answers[0], stock(variant)) in [("CartChanged", (0, 1)), ("CartChanged", (1, 0))]

    def test_orders_of_the_same_goods_in_opposite_order_never_deadlock(
        self, guests: Guests, make_variant: MakeVariant, delivery: DeliveryMethod, deadlocks: Deadlocks
    ) -> None:
        """Half of the lines hold their units, and half must take them again: one order uses both ways of locking."""
        first, second = make_variant(10_000), make_variant(10_000)
        submits: list[list[Submit]] = [[], []]
        for which, goods in enumerate([(first, second), (second, first)]):
            for guest in guests(ROUNDS):
                lines = [held(guest, variant) for variant in goods]
                expire(lines[which])
                submits[which].append(submit_of(lines[0].cart, delivery))
        done = storm([Actor(place_in_rounds, (each,)) for each in submits])
        assert Order.objects.count() == 2 * ROUNDS == len({number for numbers in done for number in numbers})
        assert deadlocks() == 0
        assert stock(first) == stock(second) == (10_000 - 2 * ROUNDS, 0)


class TestMoney:
    @pytest.fixture
    def placed(self, guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> Order:
        return order(add(guest, variant, 2), delivery)

    def test_a_web_hook_that_comes_twenty_times_pays_once(self, placed: Order) -> None:
        payment = placed.payments.get()
        answers = storm([Actor(hear_that_it_is_paid, (payment.reference, str(payment.amount)))] * SUBMITS)
        assert answers == ["paid"] * SUBMITS
        assert OrderTransition.objects.filter(to_state="paid").count() == 1
        assert not Refund.objects.exists()

    def test_cancelled_while_it_is_paid_it_is_one_or_the_other(self, placed: Order, variant: ProductVariant) -> None:
        payment = placed.payments.get()
        paying = Actor(hear_that_it_is_paid, (payment.reference, str(payment.amount)))
        answers = storm([paying, *[Actor(cancel, (placed.pk,))] * 5])
        placed.refresh_from_db()
        assert answers[0] == Payment.objects.get().status == "paid"
        if placed.state == "paid":
            assert set(answers[1:]) == {"TransitionRefused"}
            assert (stock(variant), Refund.objects.count()) == ((8, 0), 0)
        else:
            assert set(answers[1:]) == {"cancelled"}
            assert (stock(variant), Refund.objects.get().amount) == ((10, 0), placed.total)

    def test_the_clock_passes_over_an_order_that_is_being_paid(self, placed: Order, variant: ProductVariant) -> None:
        Order.objects.update(pay_by=Now() - timedelta(seconds=1))
        payment = placed.payments.get()
        paying = Actor(
            hear_that_it_is_paid,
            (payment.reference, str(payment.amount)),
            pause_after="orders.services.payments.lock_order",
        )
        with cast(paying, Actor(cancel_overdue)) as (payer, clock):
            payer.start()
            payer.wait_paused()
            clock.start()
            assert clock.result() == 0
            payer.resume()
            assert payer.result() == "paid"
        assert stock(variant) == (8, 0)

    def test_many_clocks_cancel_once(
        self, guests: Guests, make_variant: MakeVariant, delivery: DeliveryMethod, deadlocks: Deadlocks
    ) -> None:
        variant = make_variant(100)
        for guest in guests(30):
            order(add(guest, variant, 2), delivery)
        Order.objects.update(pay_by=Now() - timedelta(seconds=1))
        assert sum(storm([Actor(cancel_overdue)] * 4)) == 30
        assert (stock(variant), deadlocks()) == ((100, 0), 0)

    def test_what_comes_back_twice_at_once_comes_back_once(self, placed: Order, variant: ProductVariant) -> None:
        pay(placed)
        line = placed.lines.get()
        answers = Counter(storm([Actor(bring_back, (placed.pk, line.pk, 2))] * 5))
        assert answers == {"refunded": 1, "TransitionRefused": 4}
        assert (stock(variant), Refund.objects.get().amount) == ((10, 0), placed.total)
