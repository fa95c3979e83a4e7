"""The site with failpoints around the commit of an add and of an order, and with the effect that counts."""

from shop.wsgi import application  # first: it sets Django up

# isort: split
from outbox import intents
from shop.checkout import views as checkout
from shop.orders import payments
from tests.faults import counting, without
from tests.faults.failpoints import dying_after, dying_before
from workers.receivers import cart, orders

__all__ = ["application"]

counting.connect()
cart.enqueue = dying_after("before_commit", cart.enqueue)  # type: ignore[attr-defined]
orders.enqueue = dying_after("before_order_commit", orders.enqueue)  # type: ignore[attr-defined]
checkout.address_after = dying_before("before_order_answer", checkout.address_after)  # type: ignore[attr-defined]
payments.settle_event = dying_after("before_hook_answer", payments.settle_event)  # type: ignore[attr-defined]
intents.notify = dying_before("before_ring", dying_after("after_ring", intents.notify))  # type: ignore[attr-defined]
without.take_out_guards()
