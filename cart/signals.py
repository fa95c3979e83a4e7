"""What this room announces, beside the saves and deletes of its lines. It imports no listener."""

from django.dispatch import Signal

# A shopper asked for more units than were free.
# Arguments: error (InsufficientStock), idempotency_key (str or None). Sent after the rollback.
stock_short = Signal()

# Holds ran out, and their units went back to the shelf for it.
# Arguments: lines (list of CartItem, as they were while they held). Sent inside the transaction.
holds_ran_out = Signal()

# A shopper prolonged live holds by "keep my items".
# Arguments: lines (list of CartItem). Sent inside the transaction.
holds_kept = Signal()

# A customer asks for all that is kept of them. A receiver that keeps something answers with {name: plain values}.
# Arguments: user (User), cart_ids (list of int, all that they ever had).
customer_asked = Signal()

# A drill's throw-away variants are about to be deleted; whoever keeps traces of them drops these now.
# Arguments: variant_ids and cart_ids (lists of int), of no real shopper.
drill_ended = Signal()
