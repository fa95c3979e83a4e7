"""Workers die while they number invoices and make PDFs: the numbers have no gap, and each customer has one e-mail."""

import random
import signal
from collections.abc import Callable

import pytest

from delivery.models import Delivery
from orders.models import Document, DocumentFile
from tests.faults.enduring import AS_USUAL, endure
from tests.faults.load import Load
from tests.faults.site import Site
from tests.faults.test_orders import place_order
from tests.support.waiting import wait_until
from tools.local.process import signal_each

ORDERS = 50
POINTS = [
    f"{moment} {effect}" for effect in ("issue_documents", "render_documents") for moment in ("claimed", "handled")
]


@pytest.mark.row(
    "29",
    f"workers killed at random, and at four points, while {ORDERS} orders are invoiced",
    f"numbers 1 to {ORDERS} without a gap, one PDF and one e-mail each",
)
def test_killed_while_invoices_are_numbered(site: Site, note: Callable[..., None]) -> None:
    chance = random.Random(29)

    def fault(load: Load) -> None:
        for placed in range(ORDERS):
            # Not before the first ten, or each number that is lost would be the first.
            if placed % 10 == 0 and placed:
                site.arm(POINTS[placed // 10 - 1])
            place_order(site)
            if placed % 10 == 5:
                worker = site.parts["shopper"]
                wait_until(lambda worker=worker: len(worker.children) >= 2, "the pool is whole", 60)  # type: ignore[misc]
                signal_each([chance.choice(worker.children)], signal.SIGKILL)
        wait_until(lambda: not any(map(site.is_armed, POINTS)), "a pool process died at each point", 120)

    observed = endure(site, fault, only=AS_USUAL)
    with site.orm():
        numbers = sorted(Document.objects.values_list("number", flat=True))
        assert numbers == [f"INV-{number:05d}" for number in range(1, ORDERS + 1)]
        assert Document.objects.values("order").distinct().count() == ORDERS
        assert DocumentFile.objects.count() == ORDERS
        emails = Delivery.objects.filter(kind="order_invoice").values_list("dedupe_key", flat=True)
        assert sorted(emails) == [f"document:{number}" for number in numbers]
    note(observed)
