"""The site with failpoints around the commit of an add and of an order, and with one more effect, which counts."""

from shop.wsgi import application  # first: it sets Django up

# isort: split
from outbox import intents
from shop.views.checkout import ordering
from tests.faults import counting, without
from tests.faults.failpoints import dying_after, dying_before
from workers import order_receivers, receivers

__all__ = ["application"]

counting.connect()
receivers.enqueue = dying_after("before_commit", receivers.enqueue)  # type: ignore[attr-defined]
order_receivers.enqueue = dying_after("before_order_commit", order_receivers.enqueue)  # type: ignore[attr-defined]
ordering._done = dying_before("before_order_answer", ordering._done)
intents.notify = dying_before("before_ring", dying_after("after_ring", intents.notify))  # type: ignore[attr-defined]
without.take_out_guards()
