"""`connect`: the receivers that write outbox rows after a change. One module for each app that sends signals.

A signal has one receiver, and a receiver calls `enqueue` once. The apps below send signals and do not import this
package. A new feature adds its own receiver and rows.
"""

from workers.receivers import cart, inventory, orders


def connect() -> None:
    """Connect every receiver once. Called by `WorkersConfig.ready`."""
    for module in (cart, inventory, orders):
        module.connect()
