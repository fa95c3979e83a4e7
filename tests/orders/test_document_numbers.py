"""The time of issue is in the order of the numbers, also where a rival is numbered between look and number."""

import uuid

import pytest

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.documents import issue_documents
from orders.models import DeliveryMethod, Document
from tests.conftest import AtTheSeam
from tests.support.ordering import order
from tests.support.shopping import add

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_is_numbered_later_is_issued_later(
    variant: ProductVariant, delivery: DeliveryMethod, at_the_seam: AtTheSeam
) -> None:
    ours, theirs = (order(add(Owner(guest_token=uuid.uuid4()), variant, 1), delivery).pk for _ in range(2))
    at_the_seam(
        "orders.documents.issuing.next_numbers", lambda: issue_documents(order_ids=[theirs], to_invoice=[theirs])
    )
    issue_documents(order_ids=[ours], to_invoice=[ours])
    first, second = Document.objects.order_by("number")
    assert (first.order_id, second.order_id) == (theirs, ours)
    assert first.issued_at < second.issued_at
