"""Invoices and credit notes: which are due, their numbers without a gap, and that nothing changes them."""

import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from cart.owners import Owner
from delivery.models import Delivery
from inventory.models import ProductVariant
from orders.documents import issue_documents, issue_on_demand
from orders.errors import NothingToInvoice
from orders.models import DeliveryMethod, Document, DocumentCounter, DocumentFile, Order, Refund, RefundLine
from orders.services import (
    begin_payment,
    cancel_order,
    mark_refund_sent,
    refund_order,
    return_lines,
    ship_order,
)
from outbox.drain import drain
from outbox.models import OutboxRow
from tests.support.browsing import all_at_once
from tests.support.ordering import ADA, order, pay
from tests.support.shopping import add

pytestmark = pytest.mark.django_db(transaction=True)

Kind = Document.Kind


@pytest.fixture
def by_card(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod, settings: Any) -> Order:
    """An order of four units that is not to be paid by bank transfer."""
    settings.SHOP_PAYMENT_PROVIDERS = settings.SHOP_PAYMENT_PROVIDERS | {"testbank": "demo.testbank.TestBank"}
    return order(add(guest, variant, 4), delivery, provider="testbank")


def issued() -> list[str]:
    """The numbers of all documents, after the effect."""
    drain("issue_documents")
    return list(Document.objects.order_by("pk").values_list("number", flat=True))


def newest() -> Document:
    return Document.objects.latest("pk")


def test_an_order_by_bank_transfer_is_invoiced_when_it_is_placed_and_no_second_time(placed: Order) -> None:
    assert issued() == ["INV-00001"]
    pay(placed)
    assert issued() == ["INV-00001"]
    assert newest().snapshot["transfer"]["reference"] == placed.number


def test_an_order_by_card_is_invoiced_when_it_is_paid(by_card: Order) -> None:
    assert issued() == []
    pay(by_card)
    assert issued() == ["INV-00001"]
    assert (newest().total, newest().tax, newest().snapshot["transfer"]) == (by_card.total, by_card.tax, None)


def test_an_order_that_was_never_invoiced_is_cancelled_without_a_document(by_card: Order) -> None:
    cancel_order(order_id=by_card.pk)
    assert issued() == []


def test_an_order_cancelled_before_the_effect_ran_gets_no_number(placed: Order) -> None:
    cancel_order(order_id=placed.pk)
    assert issued() == []


def test_the_cancellation_of_an_invoiced_order_is_credited_over_all(placed: Order) -> None:
    issued()
    cancel_order(order_id=placed.pk)
    assert issued() == ["INV-00001", "CN-00001"]
    note = newest()
    assert (note.total, note.tax, note.refund) == (placed.total, placed.tax, None)
    assert note.corrects == placed.documents.get(kind=Kind.INVOICE)


def test_each_refund_is_credited_with_its_units_and_together_they_are_the_invoice(placed: Order) -> None:
    issued()
    pay(placed)
    line = placed.lines.get()
    return_lines(order_id=placed.pk, units={line.pk: 1}, reason="Broken")
    assert issued() == ["INV-00001", "CN-00001"]
    assert [(each["sku"], each["quantity"]) for each in newest().snapshot["lines"]] == [(line.sku, 1)]
    assert (newest().total, newest().snapshot["delivery"]) == (line.price, "0.00")
    refund_order(order_id=placed.pk, reason="The rest")
    assert issued() == ["INV-00001", "CN-00001", "CN-00002"]
    assert [each["quantity"] for each in newest().snapshot["lines"]] == [3]
    assert newest().snapshot["delivery"] == str(placed.delivery_price)
    notes = placed.documents.filter(kind=Kind.CREDIT_NOTE)
    assert sum(note.total for note in notes) == placed.total
    assert sum(note.tax for note in notes) == placed.tax


def test_money_that_paid_for_no_order_has_no_credit_note(placed: Order) -> None:
    issued()
    payment = begin_payment(order_id=placed.pk, provider="invoice")
    cancel_order(order_id=placed.pk)
    Refund.objects.create(order=placed, payment=payment, amount=placed.total, reason="Paid when cancelled already")
    assert issued() == ["INV-00001", "CN-00001"]


def test_an_order_of_before_is_invoiced_by_staff_alone_with_its_refunds(by_card: Order) -> None:
    """Its events from then were done by a version that knew no invoice."""
    pay(by_card)
    OutboxRow.objects.filter(effect="issue_documents").delete()
    return_lines(order_id=by_card.pk, units={by_card.lines.get().pk: 1}, reason="Broken")
    RefundLine.objects.all().delete()  # that version did not store for which units a refund is
    ship_order(order_id=by_card.pk)
    assert issued() == []
    staff = User.objects.create_superuser("staff")
    issue_on_demand(order_id=by_card.pk, actor=staff)
    assert issued() == ["INV-00001", "CN-00001"]
    assert newest().snapshot["lines"] == []
    with pytest.raises(NothingToInvoice):
        issue_on_demand(order_id=by_card.pk, actor=staff)


def test_an_unpaid_order_by_card_is_not_invoiced_on_demand(by_card: Order) -> None:
    with pytest.raises(NothingToInvoice):
        issue_on_demand(order_id=by_card.pk, actor=User.objects.create_superuser("staff"))


def test_rows_in_the_wrong_order_issue_the_same(by_card: Order) -> None:
    """The row of the payment waits after a failure, and the row of the refund comes first."""
    pay(by_card)
    OutboxRow.objects.filter(effect="issue_documents").delete()
    refund_order(order_id=by_card.pk, reason="All")
    assert issued() == []
    issue_documents(order_ids=[by_card.pk], to_invoice=[by_card.pk])
    assert issued() == ["INV-00001", "CN-00001"]


def test_a_repeat_issues_nothing(placed: Order) -> None:
    issued()
    for _ in range(2):
        issue_documents(order_ids=[placed.pk], to_invoice=[placed.pk])
    assert issued() == ["INV-00001"]


def test_a_rollback_gives_its_number_back(placed: Order) -> None:
    with transaction.atomic():
        (document,) = issue_documents(order_ids=[placed.pk], to_invoice=[placed.pk])
        transaction.set_rollback(True)
    assert document.number == "INV-00001"
    assert not DocumentCounter.objects.exists()
    assert issued() == ["INV-00001"]


def test_another_prefix_begins_another_series(
    placed: Order, variant: ProductVariant, delivery: DeliveryMethod, settings: Any
) -> None:
    issued()
    settings.SHOP_INVOICE_PREFIX = "2027-"
    order(add(Owner(guest_token=uuid.uuid4()), variant, 1), delivery)
    assert issued() == ["INV-00001", "2027-INV-00001"]


def test_numbers_follow_the_time_of_issue_also_in_one_batch(variant: ProductVariant, delivery: DeliveryMethod) -> None:
    for _ in range(3):
        order(add(Owner(guest_token=uuid.uuid4()), variant, 1), delivery)
    assert issued() == ["INV-00001", "INV-00002", "INV-00003"]
    order(add(Owner(guest_token=uuid.uuid4()), variant, 1), delivery)
    issued()
    times: list[datetime] = list(Document.objects.order_by("number").values_list("issued_at", flat=True))
    assert times == sorted(times)


def test_workers_and_staff_at_once_number_without_gap_or_double(
    variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    """Each takes all orders, in an order of its own, and cancellations come in between."""
    orders = [order(add(Owner(guest_token=uuid.uuid4()), variant, 1), delivery) for _ in range(8)]
    ids = [each.pk for each in orders]
    staff = User.objects.create_superuser("staff")

    def act(number: int) -> None:
        try:
            if number % 4 == 0:
                issue_documents(order_ids=ids[:: -1 if number else 1], to_invoice=ids)
            elif number % 4 == 1:
                drain("issue_documents")
            elif number % 4 == 2:
                cancel_order(order_id=ids[number // 2])
                issue_documents(order_ids=ids, to_invoice=[])
            else:
                with suppress(NothingToInvoice):
                    issue_on_demand(order_id=ids[-number // 2], actor=staff)
        finally:
            connection.close()

    all_at_once(act, range(8))
    drain("issue_documents")
    for kind, series in ((Kind.INVOICE, "INV-"), (Kind.CREDIT_NOTE, "CN-")):
        found = Document.objects.filter(kind=kind).order_by("number")
        assert [each.number for each in found] == [f"{series}{number:05d}" for number in range(1, len(found) + 1)]
        assert [each.issued_at for each in found] == sorted(each.issued_at for each in found)
    invoiced = set(Document.objects.filter(kind=Kind.INVOICE).values_list("order", flat=True))
    cancelled = set(Order.objects.filter(state="cancelled").values_list("pk", flat=True))
    assert invoiced | cancelled == set(ids)
    credited = set(Document.objects.filter(kind=Kind.CREDIT_NOTE).values_list("order", flat=True))
    assert credited == invoiced & cancelled


def test_the_words_of_the_day_are_kept(placed: Order, settings: Any) -> None:
    settings.SHOP_VAT_ID, settings.SHOP_LEGAL_ADDRESS = "GB123456789", "1 Example Street, London"
    issued()
    facts = newest().snapshot
    assert facts["seller"] == [settings.SHOP_LEGAL_NAME, "1 Example Street", "London"]
    assert (facts["seller_vat_id"], facts["customer"]) == ("GB123456789", placed.billing_lines)
    assert facts["delivered_to"] == []
    (line,) = facts["lines"]
    assert (line["quantity"], Decimal(line["price"]), Decimal(line["rate"])) == (4, Decimal("2.50"), Decimal(20))
    assert Decimal(line["net_price"]) == Decimal("2.08")  # 2.50 / 1.2 = 2.0833
    assert [Decimal(each["net"]) + Decimal(each["tax"]) for each in facts["taxes"]] == [placed.total]


def test_the_bill_goes_to_whom_the_customer_named(
    guest: Owner, variant: ProductVariant, delivery: DeliveryMethod
) -> None:
    bill = {"company": "Engines Ltd", "vat_id": "DE811907980", "billing_name": "Babbage", "billing_street": "5 Dorset"}
    order(add(guest, variant, 1), delivery, customer=replace(ADA, **bill, billing_city="Bath", billing_country="GB"))
    issued()
    facts = newest().snapshot
    assert facts["customer"][:3] == ["Engines Ltd", "Babbage", "5 Dorset"]
    assert (facts["customer_vat_id"], facts["delivered_to"][0]) == ("DE811907980", "Ada")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders_document SET total = 0",
        "DELETE FROM orders_document",
        "UPDATE orders_documentfile SET content = ''",
        "DELETE FROM orders_documentfile",
    ],
)
def test_nothing_that_was_issued_is_changed_or_deleted(placed: Order, statement: str) -> None:
    issued()
    drain("render_documents")
    with pytest.raises(IntegrityError, match="never changed or deleted"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_a_second_invoice_and_a_second_credit_note(placed: Order) -> None:
    issued()
    cancel_order(order_id=placed.pk)
    issued()
    for document in Document.objects.all():
        document.pk, document.number = None, f"{document.number}-again"
        with pytest.raises(IntegrityError, match="orders_document_one_"):
            document.save(force_insert=True)


def test_the_pdf_is_stored_once_and_sent_once_with_the_e_mail(placed: Order) -> None:
    issued()
    for _ in range(2):
        drain("render_documents")
        OutboxRow.objects.create(effect="render_documents", key=str(newest().pk), payload={}, event_id=uuid.uuid4())
    drain("render_documents")
    email = Delivery.objects.get(kind="order_invoice")
    assert email.to == placed.email
    assert email.payload is not None
    ((name, content_type, _content),) = email.payload["attachments"]
    assert (name, content_type) == ("INV-00001.pdf", "application/pdf")
    assert bytes(DocumentFile.objects.get().content).startswith(b"%PDF")


def test_what_is_left_when_time_is_up_is_done_by_the_next_batch(
    variant: ProductVariant, delivery: DeliveryMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        order(add(Owner(guest_token=uuid.uuid4()), variant, 1), delivery)
    issued()
    OutboxRow.objects.exclude(effect="render_documents").delete()
    monkeypatch.setattr("orders.documents.rendering.LONGEST", 0.0)
    while OutboxRow.objects.exists():
        drain("render_documents")
    assert DocumentFile.objects.count() == 3


def test_a_refund_that_is_sent_meanwhile_does_not_wait(placed: Order) -> None:
    issued()
    pay(placed)
    refund_order(order_id=placed.pk, reason="All")
    mark_refund_sent(refund_id=placed.refunds.get().pk, actor=User.objects.create_superuser("staff"))
    assert issued() == ["INV-00001", "CN-00001"]
