"""The site with failpoints around commits (an add, an order, a withdrawal), and with the effect that counts."""

from shop.wsgi import application  # first: it sets Django up

# isort: split
from outbox import intents
from shop.checkout import views as checkout
from shop.orders import payments
from shop.withdrawals import views as withdrawal_pages
from tests.faults import counting, without
from tests.faults.failpoints import dying_after, dying_before
from withdrawals import services as withdrawals
from workers.receivers import cart, orders

__all__ = ["application"]

counting.connect()
cart.enqueue = dying_after("before_commit", cart.enqueue)  # type: ignore[attr-defined]
orders.enqueue = dying_after("before_order_commit", orders.enqueue)  # type: ignore[attr-defined]
checkout.address_after = dying_before("before_order_answer", checkout.address_after)  # type: ignore[attr-defined]
withdrawals.send_emails = dying_after("before_withdrawal_commit", withdrawals.send_emails)  # type: ignore[attr-defined]
withdrawal_pages.declare_withdrawal = dying_after(  # type: ignore[attr-defined]
    "before_withdrawal_answer",
    withdrawal_pages.declare_withdrawal,  # type: ignore[attr-defined]
)
payments.settle_event = dying_after("before_hook_answer", payments.settle_event)  # type: ignore[attr-defined]
intents.notify = dying_before("before_ring", dying_after("after_ring", intents.notify))  # type: ignore[attr-defined]
without.take_out_guards()
