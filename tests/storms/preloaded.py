"""The modules that every process of a storm has imported before the fork. See `tests.storms.harness`."""

import django

django.setup()

import cart.services  # noqa: E402
import core.redis  # noqa: E402
import orders.services  # noqa: E402
import tests.storms.actors  # noqa: E402
import tests.storms.guards_out  # noqa: E402
import tests.storms.order_actors  # noqa: E402

__all__ = ["cart", "core", "orders", "tests"]
