"""What this room announces, inside the transaction of the change. It imports no listener."""

from django.dispatch import Signal

# A shopper has told us where an order shall go, for the first time of this cart. Arguments: cart_id, value (Decimal).
checkout_begun = Signal()

# An order was placed. Arguments: order, lines (list of OrderLine).
order_placed = Signal()

# An order went from one state to another. Arguments: order, state (State), actor (User or None).
order_moved = Signal()

# Units of an order are no longer sold: it was cancelled, refunded, or they came back.
# Arguments: order, units (dict of OrderLine to int).
units_unsold = Signal()
