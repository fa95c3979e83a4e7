"""Two members of staff do the same from pages that they have open: the second one is told who was faster."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import SUCCESS
from django.test import Client
from django.urls import reverse

from cart.models import CartItem
from cart.owners import Owner
from delivery.models import Delivery
from delivery.services import send_email
from inventory.imports.applying import advance_import
from inventory.imports.models import ImportJob
from inventory.imports.services import start_import
from inventory.models import AlertMute, LowStockAlert, ProductVariant
from inventory.services import refresh_alerts
from orders.models import DeliveryMethod, Order, Refund
from orders.services import cancel_order, refund_order, ship_order
from outbox.models import OutboxRow
from tests.conftest import MakeVariant
from tests.support.ordering import order, pay
from tests.support.pages import text_of
from tests.support.shopping import add, nothing_changes

pytestmark = pytest.mark.django_db


@dataclass
class Form:
    """A form of a page, as both have it open. `note` is the name of the field for what each has to say."""

    address: str
    fields: dict[str, Any]
    note: str = "reason"

    def send(self, client: Client, note: str) -> Any:
        return client.post(self.address, self.fields | {self.note: note}, follow=True)


def of_list(model: str, action: str, *rows: Any) -> Form:
    return Form(reverse(f"admin:{model}_changelist"), {"action": action, "_selected_action": [row.pk for row in rows]})


def of_order(order: Order, step: str, **fields: object) -> Form:
    return Form(reverse(f"admin:orders_order_{step}", args=[order.pk]), fields)


@pytest.fixture
def placed(guest: Owner, variant: ProductVariant) -> Order:
    delivery = DeliveryMethod.objects.update_or_create(name="Standard", defaults={"price": Decimal("3.95")})[0]
    return order(add(guest, variant, 4), delivery)


@pytest.fixture
def paid(placed: Order) -> Order:
    pay(placed)
    return placed


def ship(order: Order) -> Form:
    return of_order(order, "ship", seen=4, **{f"units_{order.lines.get().pk}": 4})


def refund(order: Order) -> Form:
    return of_order(order, "refund")


def cancel(order: Order) -> Form:
    return of_order(order, "cancel")


def client_of(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser(name))
    return client


@pytest.fixture
def ann() -> Client:
    return client_of("ann")


@pytest.fixture
def bob() -> Client:
    return client_of("bob")


def is_refused(answer: Any) -> str:
    """The text of a page that has no message of success."""
    assert not [message for message in answer.context["messages"] if message.level == SUCCESS]
    return text_of(answer)


@pytest.mark.parametrize(("state", "form"), [("paid", ship), ("paid", refund), ("placed", cancel)])
def test_a_step_of_an_order(ann: Client, bob: Client, placed: Order, state: str, form: Callable[[Order], Form]) -> None:
    if state == "paid":
        pay(placed)
    page = form(placed)
    page.send(bob, "TRACK-AAA")
    with nothing_changes():
        told = is_refused(page.send(ann, "TRACK-BBB"))
    assert "This was done already: bob, " in told
    assert "Their note: “TRACK-AAA”. Your note was not used: “TRACK-BBB”. Nothing was changed." in told
    step = placed.transitions.last()
    assert step is not None
    assert (str(step.actor), step.note) == ("bob", "TRACK-AAA")


def test_a_double_click_is_no_colleague(bob: Client, paid: Order) -> None:
    told = [text_of(ship(paid).send(bob, "TRACK-AAA")) for _ in range(2)]
    assert all("is shipped; the customer is told by e-mail" in each for each in told)
    assert "Your note was not used: “TRACK-BBB”" in text_of(ship(paid).send(bob, "TRACK-BBB"))


def test_an_order_that_the_customer_cancelled_is_told(ann: Client, client: Client, placed: Order) -> None:
    cancel_order(order_id=placed.pk)
    assert "This was done already: The customer, " in is_refused(cancel(placed).send(ann, "Asked by telephone"))


def test_a_program_may_repeat_a_step(paid: Order) -> None:
    for _ in range(2):
        ship_order(order_id=paid.pk)
    for _ in range(2):
        refund_order(order_id=paid.pk, reason="Lost")
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("amount", ["13.95", "20.00"])
def test_money_that_came(ann: Client, bob: Client, placed: Order, amount: str) -> None:
    fields = {"payment": placed.payments.get().pk, "amount": amount}
    page = of_order(placed, "money", **fields)
    for client in (bob, bob):
        answer = page.send(client, "")
        if "questions" in answer.context:
            page.fields["agreed"] = answer.context["questions"]
            page.send(client, "")
    with nothing_changes():
        assert "This was done already: bob, " in is_refused(page.send(ann, ""))


def test_a_refund_that_was_sent(ann: Client, bob: Client, paid: Order) -> None:
    refund_order(order_id=paid.pk, reason="Lost")
    due = Refund.objects.get()
    one = Form(reverse("admin:orders_refund_sent_one", args=[due.pk]), {})
    many = of_list("orders_refund", "sent", due)
    one.send(bob, "Transfer of 3 May")
    for page in (one, many):
        with nothing_changes():
            told = is_refused(page.send(ann, "Transfer of 4 May"))
        assert "None of these refunds is due any more. Nothing was noted. Last in the log: bob, " in told
        assert "Money sent: Transfer of 3 May" in told


def test_holds(ann: Client, bob: Client, guest: Owner, variant: ProductVariant) -> None:
    add(guest, variant)
    page = of_list("cart_cartitem", "release", CartItem.objects.get())
    page.send(bob, "A bot")
    with nothing_changes():
        told = is_refused(page.send(ann, "Asked by telephone"))
    assert "Last in the log: bob, " in told
    assert "Hold released: A bot" in told


@pytest.fixture
def alerts(make_variant: MakeVariant) -> list[LowStockAlert]:
    variants = [make_variant(5, threshold=10) for _ in range(2)]
    refresh_alerts(variant_ids=[variant.pk for variant in variants])
    return list(LowStockAlert.objects.order_by("pk"))


def test_alerts(ann: Client, bob: Client, alerts: list[LowStockAlert]) -> None:
    of_list("inventory_lowstockalert", "acknowledge", alerts[0]).send(bob, "")
    told = is_refused(of_list("inventory_lowstockalert", "acknowledge", alerts[0]).send(ann, ""))
    assert "Last in the log: bob, " in told
    both = of_list("inventory_lowstockalert", "acknowledge", *alerts).send(ann, "")
    assert "1 alert is acknowledged. 1 other was acknowledged or closed already." in text_of(both)


def test_a_mute_says_what_it_replaces(ann: Client, bob: Client, alerts: list[LowStockAlert]) -> None:
    of_list("inventory_lowstockalert", "mute_for_a_month", alerts[0]).send(bob, "No more of it until June")
    told = text_of(of_list("inventory_lowstockalert", "mute_for_a_day", alerts[0]).send(ann, "Noisy"))
    assert f"1 variant is muted. This replaces what was muted: {alerts[0].variant.sku} by bob until " in told
    assert ": No more of it until June." in told
    assert AlertMute.objects.get().reason == "Noisy"
    assert "This replaces" not in text_of(
        of_list("inventory_lowstockalert", "mute_for_a_day", alerts[0]).send(ann, "Noisy")
    )


@pytest.mark.parametrize("action", ["retry", "discard"])
@pytest.mark.parametrize("model", ["outbox_outboxrow", "delivery_delivery"])
def test_dead_rows(ann: Client, bob: Client, model: str, action: str) -> None:
    OutboxRow.objects.create(effect="check_low_stock", key="1", is_dead=True)
    send_email(kind="x", to="ada@example.com", subject="s", text="t", dedupe_key="x")
    Delivery.objects.update(is_dead=True)
    page = of_list(model, action, (OutboxRow if model == "outbox_outboxrow" else Delivery).objects.get())
    page.send(bob, "Done by hand")
    with nothing_changes():
        told = is_refused(page.send(ann, "It is old"))
    assert "is dead, so nothing was changed. Last in the log: bob, " in told


def test_imports(ann: Client, bob: Client, variant: ProductVariant) -> None:
    lines = f"sku,delta,reason\n{variant.sku},1,Found\n"
    job = start_import(
        kind=ImportJob.Kind.ADJUSTMENTS, file_name="a.csv", content=lines.encode(), by=User.objects.get(username="ann")
    )
    advance_import(job_id=job.pk)
    job.refresh_from_db()
    page = Form(reverse("admin:inventory_importjob_decide", args=[job.pk]), {"decision": "cancel"})
    page.send(bob, "")
    for fields in ({"decision": "cancel"}, {"decision": "apply", "preview": job.preview}):
        page.fields = fields
        with nothing_changes():
            told = is_refused(page.send(ann, ""))
        assert "Last in the log: bob, " in told
        assert "Cancelled." in told
