"""Two counts of a customer at the same moment: the later one waits, and knows all that the earlier one knew."""

import pytest

from customers.models import Customer
from customers.services import count_customers_of
from outbox.drain import drain
from tests.customers.conftest import Buy
from tests.support.rivals import beside

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("is_known", [True, False])
def test_an_older_count_is_not_written_over_a_newer_one(
    buy: Buy, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    """Without the lock a known customer would keep one order of two, and a new one would be inserted twice."""
    order = buy()
    if is_known:
        drain("count_customers")

    def order_and_count() -> None:
        count_customers_of(order_ids=[buy().pk])

    rival = beside(monkeypatch, "customers.services._counted", order_and_count)
    count_customers_of(order_ids=[order.pk])
    rival.result(30)
    assert Customer.objects.get().order_count == 2
