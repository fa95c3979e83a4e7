"""Row locks of this app. See docs/locking.md. Withdrawals change only under the lock of their order."""

from django.db.models import F

from orders.models import Order
from withdrawals.models import WithdrawalLine


def lock_open_lines(order: Order) -> list[WithdrawalLine]:
    """The lines of a locked order's withdrawals that are not done with, the oldest first."""
    lines = WithdrawalLine.objects.filter(withdrawal__order=order, done_quantity__lt=F("quantity"))
    return list(lines.order_by("withdrawal_id", "pk").select_for_update(of=("self",), no_key=True))
