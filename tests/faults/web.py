"""The site with failpoints around the commit of an add, and with one more effect, which counts."""

from shop.wsgi import application  # first: it sets Django up

# isort: split
from tests.faults import counting, without
from tests.faults.failpoints import dying_after, dying_before
from workers import receivers
from workers.outbox import enqueuing

__all__ = ["application"]

counting.connect()
receivers.enqueue = dying_after("before_commit", receivers.enqueue)  # type: ignore[attr-defined]
enqueuing.ring = dying_before("before_ring", dying_after("after_ring", enqueuing.ring))  # type: ignore[attr-defined]
without.take_out_guards()
