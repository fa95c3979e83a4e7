"""The outbox: effects that are asked for in a transaction and done after it, exactly once. See docs/effects.md.

@effect("tell_discount")                      # in workers/tasks.py, or any module that an app imports
def tell_discount(batch): ...

enqueue([Intent("tell_discount", key=cart_id, payload={"percent": 10})])   # in a receiver
"""

from workers.outbox.effects import Batch, effect
from workers.outbox.enqueuing import Intent, enqueue

__all__ = ["Batch", "Intent", "effect", "enqueue"]
