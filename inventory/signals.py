"""Signals of goods and stock. See docs/signals.md."""

from django.dispatch import Signal

stock_changed = Signal()
"""Free stock changed by another way than the save or delete of a cart line, or the threshold of low stock changed.

Sent inside the transaction of the change.

Arguments:
    variant_ids (list[int]): the variants, each once.
"""

alert_changed = Signal()
"""A low-stock alert was opened, went to another level, or was closed. Sent inside the transaction of the change.

It comes from a worker, after the stock has changed. A change that staff make (an acknowledgement) sends nothing.

Arguments:
    alert (LowStockAlert): the alert as it is now, with its variant and product; `alert.state` says what it has become.
"""

import_submitted = Signal()
"""Staff uploaded a file, confirmed its preview or asked for another try. Sent inside the transaction of the change.

Arguments:
    job_id (int): the ImportJob that a worker is to check or apply.
"""
