"""What this room announces. It imports no listener."""

from django.dispatch import Signal

# Free stock changed outside of a cart line's save or delete, or the threshold below which it is low.
# Arguments: variant_ids (list of int). Sent inside the transaction of the change.
stock_changed = Signal()

# An import was uploaded or confirmed: a worker shall check or apply it.
# Arguments: job_id (int). Sent inside the transaction of the change.
import_waits = Signal()
