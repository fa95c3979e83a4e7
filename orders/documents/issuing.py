"""`issue_documents` and `issue_on_demand`: documents that are due get their numbers.

An order is invoiced when it is paid; one that is to be paid by bank transfer, when it is placed. Each refund of an
invoiced order, and its cancellation, is a credit note. What is due is read from the order and its documents, so an
effect that comes twice, late, or before another issues nothing twice and leaves out nothing.

Numbers have no gap. A number is taken from the row of its series in the transaction that inserts the document, under
the row's lock: a process that dies in it gives both back.
"""

from collections.abc import Collection, Iterator
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import prefetch_related_objects

from core.transactions import clock, command
from orders.documents.facts import Facts, credit_note_facts, invoice_facts, waits_for_transfer
from orders.errors import NothingToInvoice
from orders.locks import lock_order, lock_orders, next_numbers
from orders.models import Document, Order
from orders.services.transitions import log_action
from orders.signals import documents_issued
from orders.states import State

_SERIES = {Document.Kind.INVOICE: "INV-", Document.Kind.CREDIT_NOTE: "CN-"}
_DIGITS = 5  # at least
_PAID = {State.PAID, State.SHIPPED, State.REFUNDED}
_READ = ("lines", "payments", "transitions", "documents", "refunds__taxes", "refunds__lines__line")


@command
def issue_documents(*, order_ids: Collection[int], to_invoice: Collection[int]) -> list[Document]:
    """Issue the documents of these orders that are due, and return them.

    Arguments: the orders; those of them that were placed or paid just now. The others get no invoice, which leaves out
    orders from before there were invoices. About 10 queries, and 1 for each document.
    """
    return _issue(lock_orders(order_ids), to_invoice=to_invoice)


@command
def issue_on_demand(*, order_id: int, actor: User) -> list[Document]:
    """Issue the invoice of an order that has none, with the credit notes of its refunds.

    For orders from before there were invoices. Raises NothingToInvoice where it has one or is not paid, OrderNotFound,
    Busy.
    """
    order = lock_order(order_id)
    issued = _issue([order], to_invoice=[order_id])
    if not issued:
        raise NothingToInvoice
    log_action(order, actor=actor, said=f"Issued: {', '.join(document.number for document in issued)}")
    return issued


def _issue(orders: list[Order], *, to_invoice: Collection[int]) -> list[Document]:
    prefetch_related_objects(orders, *_READ)
    invoices = [_invoice(order) for order in orders if order.pk in to_invoice and is_to_invoice(order)]
    fresh = {invoice.order_id: invoice for invoice in invoices}
    issued = _insert(Document.Kind.INVOICE, invoices)
    issued += _insert(
        Document.Kind.CREDIT_NOTE, [note for order in orders for note in _credit_notes(order, fresh.get(order.pk))]
    )
    if issued:
        documents_issued.send(sender=Document, documents=issued)
    return issued


def is_to_invoice(order: Order) -> bool:
    """Whether an order has no invoice and is paid, or to be paid by bank transfer. 2 queries, or none if prefetched."""
    return _invoice_of(order) is None and (order.state in _PAID or waits_for_transfer(order))


def _invoice_of(order: Order) -> Document | None:
    return next((each for each in order.documents.all() if each.kind == Document.Kind.INVOICE), None)


def _invoice(order: Order) -> Document:
    return _document(order, Document.Kind.INVOICE, invoice_facts(order))


def _credit_notes(order: Order, fresh: Document | None) -> Iterator[Document]:
    """The credit notes that an invoiced order lacks, in the order of its refunds; `fresh` is its invoice of just now.

    Money that paid for no order is refunded outside of its total, and has no credit note.
    """
    invoice = fresh or _invoice_of(order)
    if invoice is None:
        return
    known = {document.refund_id for document in order.documents.all() if document.kind != Document.Kind.INVOICE}
    refunds = [refund for refund in order.refunds.all() if refund.payment_id is None]
    reasons = [*sorted(refunds, key=lambda refund: refund.pk), *([None] if order.state == State.CANCELLED else [])]
    for refund in reasons:
        if (refund.pk if refund else None) not in known:
            note = _document(order, Document.Kind.CREDIT_NOTE, credit_note_facts(order, invoice, refund))
            note.refund, note.corrects = refund, invoice
            yield note


def _document(order: Order, kind: Document.Kind, facts: Facts) -> Document:
    tax = sum((Decimal(share["tax"]) for share in facts["taxes"]), Decimal("0.00"))
    return Document(kind=kind, order=order, total=Decimal(facts["total"]), tax=tax, snapshot=facts)


def _insert(kind: Document.Kind, documents: list[Document]) -> list[Document]:
    """Number documents of a kind and insert them. The time is read under the counter's lock: it follows the numbers."""
    if not documents:
        return []
    series = settings.SHOP_INVOICE_PREFIX + _SERIES[kind]
    numbers = next_numbers(series, len(documents))
    now = clock()
    for document, number in zip(documents, numbers, strict=True):
        document.number, document.issued_at = f"{series}{number:0{_DIGITS}d}", now
    return Document.objects.bulk_create(documents)
