"""What customers and staff are told: the instruction, the link in each e-mail, the acknowledgement."""

from html import unescape

import pytest
from pytest_django import Settings

from delivery.deliver import deliver
from delivery.models import Delivery
from orders.emails import EmailKind, render_order_email
from orders.emails.sending import send_order_email
from orders.models import Order
from tests.support.ordering import pay
from withdrawals.models import Instruction
from withdrawals.services import declare_withdrawal

pytestmark = pytest.mark.django_db(transaction=True)

LINK = "Withdraw from contract here"


def texts(order: Order, kind: EmailKind) -> list[str]:
    email = render_order_email(order, kind)
    return [email.text, unescape(email.html)]


def test_the_first_e_mail_has_the_instruction(placed: Order, settings: Settings) -> None:
    settings.SHOP_RETURN_ADDRESS = "Returns, 2 Example Street"
    for text in texts(placed, EmailKind.PLACED):
        assert "Right of withdrawal" in text
        assert "within 14 days without giving any reason" in text
        assert "Returns, 2 Example Street" in text
        assert "/withdraw/" in text


@pytest.mark.parametrize("kind", [EmailKind.PAID, EmailKind.SHIPPED, EmailKind.RETURNED, EmailKind.PAYMENT_REFUSED])
def test_each_later_one_has_the_link(placed: Order, kind: EmailKind) -> None:
    for text in texts(placed, kind):
        assert text.count(LINK) == 1
        assert "Right of withdrawal" not in text


@pytest.mark.parametrize("kind", [EmailKind.CANCELLED, EmailKind.REFUNDED])
def test_where_nothing_is_left_no_link_is(placed: Order, kind: EmailKind) -> None:
    assert [LINK in text for text in texts(placed, kind)] == [False, False]


def test_the_instruction_counts_once_the_mail_server_took_it(placed: Order) -> None:
    send_order_email(order_id=placed.pk, kind=EmailKind.PLACED)
    assert not Instruction.objects.exists()
    deliver(channel="email")
    assert Instruction.objects.get().order_id == placed.pk


def test_other_e_mails_are_no_instruction(placed: Order) -> None:
    pay(placed)
    send_order_email(order_id=placed.pk, kind=EmailKind.SHIPPED)
    deliver(channel="email")
    assert not Instruction.objects.exists()


def test_the_acknowledgement_says_what_was_declared_and_when(shipped: Order) -> None:
    line = shipped.lines.first()
    assert line
    declare_withdrawal(order_id=shipped.pk, units={line.pk: 3}, name="Ada & Co", idempotency_key="a key")
    email = Delivery.objects.get(kind="withdrawal")
    for text in (email.text, unescape(email.html)):
        assert "Ada & Co" in text
        assert shipped.number in text
        assert f"3 x {line.name}" in text.replace("\N{MULTIPLICATION SIGN}", "x")
        assert "1 Example Street" in text
    staff = Delivery.objects.get(kind="withdrawal_declared")
    assert f"3 x {line.name}" in staff.text
    assert staff.reply_to == "ada@example.com"


def test_of_an_unpaid_order_it_says_that_nothing_is_to_be_paid(placed: Order) -> None:
    units = {line.pk: line.quantity for line in placed.lines.all()}
    declare_withdrawal(order_id=placed.pk, units=units, name="Ada", idempotency_key="a key")
    assert "nothing to pay" in Delivery.objects.get(kind="withdrawal").text
