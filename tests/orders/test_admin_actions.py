"""Staff bring orders on: what is offered, what each step does, and what is refused with what to do next."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from backoffice.roles import CLERK, MANAGER
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod, Order, OrderTransition, Refund
from orders.services import cancel_order, ship_order
from orders.states import State
from tests.conftest import MakeVariant
from tests.support.ordering import make_invoice, order, pay
from tests.support.shopping import add, nothing_changes, stock
from tests.support.staff import member_of

ACTIONS = {"money", "mistake", "ship", "take_back", "cancel", "refund", "invoice"}
MUCH = "£1,395.00 is £1,381.05 more than is due. Note it?"
OFFERED = {
    State.PLACED: {"money", "cancel"},
    State.PAID: {"mistake", "ship", "slip", "take_back", "refund"},
    State.SHIPPED: {"slip", "take_back", "refund"},
    State.CANCELLED: {"money"},
    State.REFUNDED: set(),
}


@pytest.fixture
def placed(placed: Order) -> Order:
    """With its invoice, as workers write it."""
    make_invoice(placed, "INV-1")
    return placed


@pytest.fixture
def paid(placed: Order) -> Order:
    pay(placed)
    return placed


def client_of(group: str) -> Client:
    user = member_of(group)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def manager(db: None) -> Client:
    return client_of(MANAGER)


@pytest.fixture
def clerk(db: None) -> Client:
    return client_of(CLERK)


def page(order: Order, name: str = "change") -> str:
    return reverse(f"admin:orders_order_{name}", args=[order.pk])


def take(client: Client, order: Order, step: str, **fields: Any) -> str:
    """Fill in the page of a step as it came, and send it; what the next page says."""
    form = client.get(page(order, step)).context["form"]
    return send(client, order, step, form.initial | fields)


def send(client: Client, order: Order, step: str, fields: dict[str, Any]) -> str:
    return client.post(page(order, step), fields, follow=True).content.decode()


def state(order: Order) -> str:
    order.refresh_from_db()
    return str(order.state)


def log() -> list[str]:
    return [entry.get_change_message() for entry in LogEntry.objects.order_by("id")]


@pytest.mark.parametrize("at", State)
def test_only_what_the_table_allows_is_offered(manager: Client, placed: Order, at: State) -> None:
    if at not in {State.PLACED, State.CANCELLED}:
        pay(placed)
    Order.objects.filter(pk=placed.pk).update(state=at)
    html = manager.get(page(placed)).content.decode()
    assert {name for name in {*ACTIONS, "slip"} if f'href="{page(placed, name)}"' in html} == OFFERED[at]


@pytest.mark.parametrize(
    ("at", "following"),
    [
        (State.PLACED, {"money"}),
        (State.PAID, {"ship"}),
        (State.SHIPPED, set()),
        (State.CANCELLED, set()),
        (State.REFUNDED, set()),
    ],
)
def test_the_next_step_is_the_one_filled_button(manager: Client, placed: Order, at: State, following: set[str]) -> None:
    if at not in {State.PLACED, State.CANCELLED}:
        pay(placed)
    Order.objects.filter(pk=placed.pk).update(state=at)
    html = manager.get(page(placed)).content.decode()
    buttons = re.findall(r'<li class="([^"]*)"[^>]*>\s*<a href="([^"]*)"', html)
    filled = {address for classes, address in buttons if "bg-primary-600" in classes.split()}
    assert filled == {page(placed, name) for name in following}


def test_a_clerk_is_offered_what_a_clerk_may(clerk: Client, paid: Order) -> None:
    html = clerk.get(page(paid)).content.decode()
    assert {name for name in {*ACTIONS, "slip"} if f'href="{page(paid, name)}"' in html} == {"ship", "slip"}


def test_the_whole_way(manager: Client, placed: Order, variant: ProductVariant) -> None:
    line = placed.lines.get()
    assert "is paid" in take(manager, placed, "money", amount="13.95")
    assert "is shipped" in take(manager, placed, "ship", reason="Parcel 17")
    said = take(manager, placed, "take_back", reason="Broken", **{f"units_{line.pk}": 1})
    assert "1 unit is back on the shelf" in said
    assert "is refunded" in take(manager, placed, "refund", reason="Lost")
    assert stock(variant) == (7, 0)
    assert sum(refund.amount for refund in Refund.objects.all()) == placed.total
    assert log()[1:] == [
        f"Placed → Paid: payment {placed.payments.get().reference}",
        "Paid → Shipped: Parcel 17",
        f"Taken back: 1 of {variant.sku}: Broken",
        "Shipped → Refunded: Lost",
    ]
    assert set(LogEntry.objects.values_list("user__username", flat=True)) == {"manager"}


def test_a_cancelled_order_gives_back(manager: Client, placed: Order, variant: ProductVariant) -> None:
    assert "is cancelled" in take(manager, placed, "cancel", reason="Asked by telephone")
    assert (state(placed), stock(variant)) == ("cancelled", (10, 0))


def test_another_amount_is_told_to_be_a_refund(manager: Client, placed: Order) -> None:
    less = "£10.00 is £3.95 less than is due. Note it?"
    assert "£10.00 came and must go back" in take(manager, placed, "money", amount="10", agreed=less)
    assert state(placed) == "placed"
    assert "is paid" in take(manager, placed, "money", amount="13.95")


class TestAnotherAmount:
    """An amount that is not the one that is due is asked about before it is noted."""

    @pytest.mark.parametrize(
        ("amount", "question"),
        [
            ("1395", MUCH),
            ("1395,00", MUCH),
            ("13,94", "£13.94 is £0.01 less than is due. Note it?"),
            ("14", "£14.00 is £0.05 more than is due. Note it?"),
        ],
    )
    def test_is_asked_and_noted_after_a_yes(self, manager: Client, placed: Order, amount: str, question: str) -> None:
        asked = take(manager, placed, "money", amount=amount)
        assert question in asked
        assert f'name="amount" value="{amount}"' in asked
        assert (state(placed), log(), Refund.objects.count(), placed.payments.get().status) == (
            "placed",
            [],
            0,
            "pending",
        )
        assert "must go back" in take(manager, placed, "money", amount=amount, agreed=question)
        assert Refund.objects.count() == 1

    def test_a_yes_to_another_amount_is_none(self, manager: Client, placed: Order) -> None:
        assert "£139.50 is £125.55 more than is due" in take(manager, placed, "money", amount="139.5", agreed=MUCH)
        assert not Refund.objects.exists()

    def test_what_is_wrong_besides_is_said_first(self, manager: Client, placed: Order) -> None:
        told = take(manager, placed, "money", amount="1395", payment="0")
        assert "not sent back as it was made" in told
        assert "Yes, it is right" not in told

    def test_of_an_order_that_waits_for_none(self, manager: Client, placed: Order) -> None:
        cancel_order(order_id=placed.pk)
        assert "£1.00 is £12.95 less than was asked for. Note it?" in take(manager, placed, "money", amount="1")
        assert not Refund.objects.exists()

    @pytest.mark.parametrize("amount", ["13,95", "13.95", " 13,95 "])
    def test_the_right_one_is_not(self, manager: Client, placed: Order, amount: str) -> None:
        assert "is paid" in take(manager, placed, "money", amount=amount)


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("money", {"amount": "13.95"}),
        ("cancel", {"reason": "x"}),
        ("ship", {"reason": ""}),
        ("refund", {"reason": "x"}),
        ("take_back", {"reason": "x", "units": 1}),
    ],
)
def test_a_form_that_is_sent_twice_does_it_once(
    manager: Client, placed: Order, variant: ProductVariant, step: str, fields: dict[str, Any]
) -> None:
    if step in {"ship", "refund", "take_back"}:
        pay(placed)
    if units := fields.get("units"):
        fields = {**fields, f"here_{placed.lines.get().pk}": units}
    form = manager.get(page(placed, step)).context["form"].initial | fields
    send(manager, placed, step, form)
    before = log(), state(placed), stock(variant), Refund.objects.count(), OrderTransition.objects.count()
    send(manager, placed, step, form)
    after = log(), state(placed), stock(variant), Refund.objects.count(), OrderTransition.objects.count()
    assert after == before


@pytest.mark.parametrize(
    ("step", "fields", "told"),
    [
        ("money", {"amount": ""}, "required"),
        ("money", {"amount": "0"}, "greater than or equal to 0.01"),
        ("money", {"amount": "1.999"}, "it can mean two amounts. Write 1999 or 1.99."),
        ("money", {"amount": "5", "payment": "0"}, "not sent back as it was made"),
        ("cancel", {"reason": " "}, "required"),
        ("ship", {"reason": "x" * 151}, "at most 150"),
        ("refund", {"reason": ""}, "required"),
        ("take_back", {"reason": "x"}, "at least one line"),
        ("take_back", {"reason": "x", "units": 5}, "less than or equal to 4"),
        ("take_back", {"reason": "x", "units": -1}, "“-1” cannot be read: a whole number is written in digits alone"),
        ("take_back", {"reason": "", "units": 1}, "required"),
        ("take_back", {"reason": "x", "units": 1, "seen": "?"}, "not sent back as it was made"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form_and_changes_nothing(
    manager: Client, placed: Order, step: str, fields: dict[str, Any], told: str
) -> None:
    if step in {"ship", "refund", "take_back"}:
        pay(placed)
    before = state(placed)
    if "units" in fields:
        fields = {**fields, f"here_{placed.lines.get().pk}": fields["units"]}
    with nothing_changes():
        assert told in take(manager, placed, step, **fields)
    assert (state(placed), log(), Refund.objects.count()) == (before, [], 0)


@pytest.mark.parametrize(
    ("at", "step", "possible"),
    [
        (State.PLACED, "ship", "Possible with it now: “Money came”, “Change the address”, “Cancel”."),
        (
            State.PAID,
            "cancel",
            "Possible with it now: “Noted by mistake”, “Ship”, “Take units back”, “Change the address”, “Refund”.",
        ),
        (State.SHIPPED, "ship", "This order is shipped. Nothing was changed. Possible with it now: “Take units back”"),
        (State.REFUNDED, "refund", "Nothing more can be done with it."),
    ],
)
def test_the_page_of_a_step_that_is_not_possible_says_what_is(
    manager: Client, placed: Order, at: State, step: str, possible: str
) -> None:
    if at != State.PLACED:
        pay(placed)
    Order.objects.filter(pk=placed.pk).update(state=at)
    assert possible in manager.get(page(placed, step), follow=True).content.decode()


def test_what_a_colleague_did_meanwhile_is_told(manager: Client, placed: Order) -> None:
    """The page was opened while the order was placed; it was paid and shipped before the button was pressed."""
    form = manager.get(page(placed, "cancel")).context["form"].initial | {"reason": "x"}
    pay(placed)
    ship_order(order_id=placed.pk)
    with nothing_changes():
        told = send(manager, placed, "cancel", form)
    assert "This order is shipped; from there it cannot become cancelled. Nothing was changed." in told
    assert "“Take units back”, “Refund”" in told


def test_a_payment_of_another_order_is_not_noted(
    manager: Client, placed: Order, guest: Owner, make_variant: MakeVariant, delivery: DeliveryMethod
) -> None:
    other = order(add(guest, make_variant()), delivery)
    told = take(manager, placed, "money", amount="13.95", payment=other.payments.get().pk)
    assert "not sent back as it was made" in told
    assert {state(placed), state(other)} == {"placed"}


@pytest.mark.parametrize("step", sorted(ACTIONS - {"ship"}))
def test_a_clerk_may_not_move_money(clerk: Client, paid: Order, step: str) -> None:
    with nothing_changes():
        for answer in (clerk.get(page(paid, step)), clerk.post(page(paid, step), {"reason": "x"})):
            assert answer.status_code == 403
    assert state(paid) == "paid"


@pytest.mark.parametrize("step", sorted({*ACTIONS, "slip"}))
def test_an_order_that_is_not_there(manager: Client, step: str) -> None:
    assert manager.get(reverse(f"admin:orders_order_{step}", args=[999_999])).status_code == 404


class TestMistakes:
    """Money that was noted by mistake."""

    def withdraw(self, client: Client, order: Order, **fields: Any) -> str:
        return take(client, order, "mistake", **({"reason": "Mistyped"} | fields))

    def test_a_mistyped_amount_is_withdrawn_with_its_refund(self, manager: Client, placed: Order) -> None:
        take(manager, placed, "money", amount="1395", agreed=MUCH)
        assert Refund.objects.get().amount == Decimal(1395)
        assert "£1,395.00, noted" in manager.get(page(placed, "mistake")).content.decode()
        told = self.withdraw(manager, placed)
        assert f"The note is withdrawn. {placed} waits for its money" in told
        assert not Refund.objects.exists()
        assert "Noted by mistake, £1,395.00: Mistyped" in manager.get(page(placed)).content.decode()
        assert "is paid" in take(manager, placed, "money", amount="13,95")
        assert (state(placed), Refund.objects.count()) == ("paid", 0)

    def test_the_right_amount_at_the_wrong_order_is_withdrawn(self, manager: Client, placed: Order) -> None:
        take(manager, placed, "money", amount="13.95")
        assert state(placed) == "paid"
        assert "waits for its money" in self.withdraw(manager, placed)
        assert state(placed) == "placed"
        assert "is paid" in take(manager, placed, "money", amount="13.95")

    def test_a_form_that_is_sent_twice_withdraws_once_and_never_the_next_note(
        self, manager: Client, placed: Order
    ) -> None:
        take(manager, placed, "money", amount="13.95")
        form = manager.get(page(placed, "mistake")).context["form"].initial | {"reason": "Mistyped"}
        send(manager, placed, "mistake", form)
        late = "It was withdrawn, or noted anew, since you looked. Nothing was changed."
        assert late in send(manager, placed, "mistake", form)
        take(manager, placed, "money", amount="13.95")
        assert late in send(manager, placed, "mistake", form)
        assert state(placed) == "paid"

    def test_what_followed_is_told(self, manager: Client, placed: Order) -> None:
        take(manager, placed, "money", amount="13.95")
        form = manager.get(page(placed, "mistake")).context["form"].initial | {"reason": "x"}
        take(manager, placed, "ship")
        assert "The order that it paid is shipped by now. Nothing was changed." in send(
            manager, placed, "mistake", form
        )
        assert "This order is shipped." in manager.get(page(placed, "mistake"), follow=True).content.decode()

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"reason": " "}, "required"),
            ({"note": ""}, "required"),
            ({"note": "1"}, "not sent back as it was made"),
            ({"note": "1@x"}, "not sent back as it was made"),
            ({"note": "1@2026-01-01"}, "not sent back as it was made"),
            ({"note": "999999@2026-13-41T00:00:00"}, "not sent back as it was made"),
        ],
    )
    def test_what_is_wrong_is_said(self, manager: Client, placed: Order, fields: dict[str, str], told: str) -> None:
        take(manager, placed, "money", amount="13.95")
        assert told in self.withdraw(manager, placed, **fields)
        assert state(placed) == "paid"


class TestSeveral:
    """Orders that are shipped at once."""

    LIST = reverse("admin:orders_order_changelist")

    @pytest.fixture
    def others(
        self, make_variant: MakeVariant, delivery: DeliveryMethod, make_user: Callable[[str], User]
    ) -> list[Order]:
        """Two more: a paid one and a placed one."""
        owners = [Owner(user_id=make_user(name).pk) for name in ("ada", "bob")]
        orders = [order(add(owner, make_variant()), delivery) for owner in owners]
        pay(orders[0])
        return orders

    def send(self, client: Client, *orders: Order, **fields: str) -> Any:
        ids = [one.pk for one in orders]
        return client.post(self.LIST, {"action": "ship_many", "_selected_action": ids, **fields}, follow=True)

    def test_the_paid_ones_leave_and_the_rest_is_named(self, clerk: Client, paid: Order, others: list[Order]) -> None:
        with nothing_changes():
            asked = self.send(clerk, paid, *others)
        assert all(f'value="{one.pk}"' in asked.content.decode() for one in (paid, *others))
        told = self.send(clerk, paid, *others, reason="Van of Monday").content.decode()
        assert "2 orders are shipped" in told
        assert f"Not shipped, since only paid orders are: {others[1]} (placed)." in told
        assert [state(one) for one in (paid, *others)] == ["shipped", "shipped", "placed"]
        assert log() == ["Paid → Shipped: Van of Monday"] * 2

    def test_too_many_are_refused(self, clerk: Client, paid: Order, others: list[Order], monkeypatch: Any) -> None:
        monkeypatch.setattr("orders.admin.action_views.MOST_AT_ONCE", 1)
        assert "at most 1 orders" in self.send(clerk, paid, *others, reason="x").content.decode()
        assert state(paid) == "paid"

    def test_who_may_only_look_ships_none(self, client: Client, paid: Order) -> None:
        looker = User.objects.create_user("looker", is_staff=True)
        group = Group.objects.get(name=CLERK)
        group.permissions.remove(*group.permissions.filter(codename="fulfil_order"))
        looker.groups.add(group)
        client.force_login(looker)
        self.send(client, paid, reason="x")
        assert state(paid) == "paid"
        assert client.get(page(paid, "slip")).status_code == 403


def test_money_that_comes_late_is_noted_on_a_cancelled_order(manager: Client, placed: Order) -> None:
    cancel_order(order_id=placed.pk)
    assert "waits for no money" in manager.get(page(placed, "money")).content.decode()
    assert "£13.95 came and must go back" in take(manager, placed, "money", amount="13.95")
    assert Refund.objects.get().amount == Decimal("13.95")
    told = manager.get(page(placed, "money"), follow=True).content.decode()
    assert "Possible with it now: “Noted by mistake”." in told
