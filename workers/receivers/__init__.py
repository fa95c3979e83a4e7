"""From signals to the outbox: what shall happen after which change, a module for each app that announces.

One receiver a signal, one `enqueue` a receiver. The apps below announce and know nothing of this; a feature adds its
own receiver and its own rows.
"""

from workers.receivers import cart, inventory, orders


def connect() -> None:
    """Connect every receiver once; called by `WorkersConfig.ready`."""
    for module in (cart, inventory, orders):
        module.connect()
