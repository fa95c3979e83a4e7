"""What this room announces, beside the saves and deletes of its lines. It imports no listener."""

from django.dispatch import Signal

# A shopper asked for more units than were free.
# Arguments: error (InsufficientStock), idempotency_key (str or None). Sent after the rollback.
stock_short = Signal()

# A drill's throw-away variants are about to be deleted; whoever keeps traces of them drops these now.
# Arguments: variant_ids and cart_ids (lists of int), of no real shopper.
drill_ended = Signal()
