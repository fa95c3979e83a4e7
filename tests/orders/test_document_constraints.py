"""What the database refuses of documents, whoever writes them."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from orders.models import Document, DocumentFile, Order, Refund, RefundLine
from orders.services import return_lines
from outbox.drain import drain
from tests.support.ordering import pay

pytestmark = pytest.mark.django_db(transaction=True)

Kind = Document.Kind


@pytest.fixture
def credited(placed: Order) -> Order:
    """An invoiced order of which a unit came back, so with a credit note."""
    pay(placed)
    drain("issue_documents")
    return_lines(order_id=placed.pk, units={placed.lines.get().pk: 1}, reason="Broken")
    drain("issue_documents")
    return placed


def refused(rule: str, act: Any) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        act()


@pytest.mark.parametrize(
    ("rule", "columns"),
    [
        ("orders_document_number", {"number": "INV-00001"}),
        ("orders_document_one_invoice_per_order", {"kind": Kind.INVOICE, "corrects": None}),
        ("orders_document_refund_id", {"refund": "the refund"}),
        ("orders_document_credit_notes_correct", {"corrects": None}),
        ("orders_document_credit_notes_correct", {"kind": Kind.INVOICE}),
        ("orders_document_money_not_negative", {"total": -1}),
        ("orders_document_money_not_negative", {"tax": -1}),
    ],
)
def test_a_document_that_cannot_be_is_refused(credited: Order, rule: str, columns: dict[str, Any]) -> None:
    if "refund" in columns:
        columns = columns | {"refund": Refund.objects.get()}
    sound = {
        "kind": Kind.CREDIT_NOTE,
        "number": "CN-00002",
        "order": credited,
        "corrects": credited.documents.get(kind=Kind.INVOICE),
        "issued_at": timezone.now(),
        "total": 1,
        "tax": 0,
        "snapshot": {},
    }
    refused(rule, lambda: Document.objects.create(**sound | columns))
    Document.objects.create(**sound)


def test_a_refund_has_each_line_once_and_of_one_unit_at_least(credited: Order) -> None:
    row = RefundLine.objects.get()
    refused("one_per_line", lambda: RefundLine.objects.create(refund=row.refund, line=row.line, quantity=1))
    for quantity in (0, -1):
        row.quantity = quantity
        refused("quantity_at_least_one", lambda: row.save(update_fields=["quantity"]))


def test_a_document_has_one_file_and_an_order_or_refund_with_a_document_stays(credited: Order) -> None:
    drain("render_documents")
    file = DocumentFile.objects.first()
    assert file
    refused("orders_documentfile_pkey", lambda: DocumentFile.objects.create(document=file.document, content=b"x"))
    for statement in ("DELETE FROM orders_refund", "DELETE FROM orders_order"):
        refused("violates foreign key|never changed or deleted", lambda: _execute(statement))  # noqa: B023


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
