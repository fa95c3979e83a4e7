"""The duties about withdrawal: the function, the instruction, and the money in time."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Max

from core.days import today
from core.duties import Duty, register
from core.text import counted, date_and_time
from delivery.models import Delivery
from withdrawals.models import Instruction, Withdrawal
from withdrawals.selectors import due_before, without_instruction

_RECENT = timedelta(days=30)


@register
def withdrawal_function() -> Duty:
    """2 queries."""
    last = Withdrawal.objects.aggregate(last=Max("created_at"))["last"]
    dead = Delivery.objects.filter(kind="withdrawal", is_dead=True).count()
    acknowledgements = counted(dead, "acknowledgement", "acknowledgements")
    return Duty(
        name="Withdrawal function",
        law="Directive 2011/83/EU, Art. 11a",
        met_by="“Withdraw from contract here” at the foot of each page, on the page of an order, in its e-mails",
        evidence=f"last declared {date_and_time(last)}" if last else "nobody withdrew yet",
        missing=[f"{acknowledgements} could not be sent: see Deliveries in the admin"] if dead else [],
    )


@register
def withdrawal_instruction() -> Duty:
    """2 queries."""
    sent = Instruction.objects.aggregate(last=Max("sent_at"))["last"]
    late = without_instruction(placed_before=timedelta(days=1), placed_after=_RECENT).count()
    orders = counted(late, "order", "orders")
    missing = [f"{orders} of the last 30 days got no instruction: see Deliveries in the admin"] if late else []
    if settings.SHOP_RETURN_ADDRESS == settings.EXAMPLE_LEGAL_ADDRESS:
        missing.append("it names the address of the example: set SHOP_RETURN_ADDRESS")
    return Duty(
        name="Instruction about the right of withdrawal",
        law="Directive 2011/83/EU, Art. 6 (1) (h), Art. 8 (7)",
        met_by="in the e-mail that confirms an order; without it the period is 12 months longer (Art. 10)",
        evidence=f"last sent {date_and_time(sent)}" if sent else "none was sent yet",
        missing=missing,
    )


@register
def refund_in_time() -> Duty:
    """1 query."""
    late = due_before(today()).count()
    withdrawals = counted(late, "withdrawal", "withdrawals")
    return Duty(
        name="Money back within 14 days of a withdrawal",
        law="Directive 2011/83/EU, Art. 13",
        met_by="Orders → Withdrawals in the admin; the status warns three days before",
        missing=[f"the money of {withdrawals} is late"] if late else [],
    )
