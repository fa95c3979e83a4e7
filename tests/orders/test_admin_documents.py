"""Staff find, download and export invoices and credit notes, and issue that of an order from before."""

import csv
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from backoffice.roles import CLERK, MANAGER
from orders.models import Document, DocumentFile, Order
from orders.services import refund_order
from orders.timeline import timeline_of
from outbox.drain import drain
from outbox.models import OutboxRow
from tests.support.ordering import make_invoice, pay
from tests.support.staff import member_of

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:orders_document_changelist"


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(member_of(role))
    return client


@pytest.fixture
def credited(placed: Order) -> Order:
    """An invoiced order that was refunded, with both PDFs."""
    pay(placed)
    drain("issue_documents")
    refund_order(order_id=placed.pk, reason="All")
    drain("issue_documents")
    drain("render_documents")
    return placed


@pytest.mark.parametrize("typed", ["INV-00001", "inv-00001", "cn-00001", "ada@example.com"])
def test_documents_are_found_by_their_number_and_by_their_order(credited: Order, typed: str) -> None:
    page = client_of(CLERK).get(reverse(LIST), {"q": typed}).content.decode()
    expected = {"INV-00001", "CN-00001"} if "@" in typed else {typed.upper()}
    assert {number for number in ("INV-00001", "CN-00001") if f">{number}<" in page} == expected


def test_they_are_in_the_timeline_of_their_order(credited: Order) -> None:
    told = [event.what for event in timeline_of(credited)]
    assert [what for what in told if what.startswith(("Invoice", "Credit"))] == [
        "Invoice INV-00001",
        "Credit note CN-00001",
    ]
    assert told.index("Paid") < told.index("Invoice INV-00001") < told.index("Refunded")


def test_the_timeline_leads_to_each_pdf(credited: Order) -> None:
    clerk = client_of(CLERK)
    page = clerk.get(reverse("admin:orders_order_change", args=[credited.pk])).content.decode()
    timeline = page.partition('class="timeline')[2].partition("</ol>")[0]
    for document in credited.documents.all():
        address = reverse("admin:orders_document_download", args=[document.pk])
        assert f'<a class="underline" href="{address}">PDF</a>' in timeline
        assert clerk.get(address)["Content-Type"] == "application/pdf"


@pytest.mark.parametrize(("period", "is_there"), [("month", True), ("last-month", False), ("year", True)])
def test_documents_are_listed_by_the_time_of_issue(credited: Order, period: str, is_there: bool) -> None:
    page = client_of(CLERK).get(reverse(LIST), {"issued": period}).content.decode()
    assert (">INV-00001<" in page) == is_there


def test_a_clerk_downloads_the_pdf_as_it_was_issued(credited: Order) -> None:
    invoice = credited.documents.get(kind="invoice")
    answer = client_of(CLERK).get(reverse("admin:orders_document_download", args=[invoice.pk]))
    assert answer.content == bytes(DocumentFile.objects.get(document=invoice).content)
    assert answer["Content-Disposition"] == 'attachment; filename="INV-00001.pdf"'


def test_who_may_not_see_documents_downloads_none(credited: Order) -> None:
    nobody = Client()
    user = member_of(CLERK, "nobody")
    user.groups.clear()
    nobody.force_login(user)
    address = reverse("admin:orders_document_download", args=[credited.documents.first().pk])  # type: ignore[union-attr]
    assert nobody.get(address).status_code == 403


def test_a_pdf_that_is_not_made_yet_is_said(placed: Order) -> None:
    drain("issue_documents")
    address = reverse("admin:orders_document_download", args=[Document.objects.get().pk])
    assert "A worker makes this PDF just now" in client_of(CLERK).get(address, follow=True).content.decode()


def test_the_export_adds_up(credited: Order) -> None:
    chosen = list(Document.objects.values_list("pk", flat=True))
    answer = client_of(CLERK).post(reverse(LIST), {"action": "export_csv", "_selected_action": chosen})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = {row["number"]: row for row in csv.DictReader(text.splitlines())}
    assert list(rows) == ["CN-00001", "INV-00001"]
    assert Decimal(rows["INV-00001"]["Total"]) == credited.total
    for column in ("Without tax", "Tax", "Total"):
        assert sum(Decimal(row[column]) for row in rows.values()) == 0
    assert rows["CN-00001"]["Tax by rate"] == f"20 %: -{credited.tax}"
    assert rows["CN-00001"]["invoice"] == "INV-00001"


def test_a_manager_issues_the_invoice_of_an_order_from_before(placed: Order) -> None:
    pay(placed)
    OutboxRow.objects.all().delete()
    manager, address = client_of(MANAGER), reverse("admin:orders_order_invoice", args=[placed.pk])
    assert "cannot be undone" in manager.get(address).content.decode()
    assert "Issued: INV-00001." in manager.post(address, follow=True).content.decode()
    assert LogEntry.objects.get().get_change_message() == "Issued: INV-00001"
    assert "Nothing was changed" in manager.post(address, follow=True).content.decode()
    assert placed.documents.count() == 1


def test_the_page_of_an_order_leads_to_its_documents(placed: Order) -> None:
    invoice = make_invoice(placed, "INV-7")
    page = client_of(CLERK).get(reverse("admin:orders_order_change", args=[placed.pk])).content.decode()
    assert f'<a href="{reverse("admin:orders_document_download", args=[invoice.pk])}">INV-7</a>' in page


def test_nobody_changes_a_document_by_hand(placed: Order) -> None:
    invoice, manager = make_invoice(placed, "INV-7"), client_of(MANAGER)
    for page in ("change", "delete"):
        address = reverse(f"admin:orders_document_{page}", args=[invoice.pk])
        assert manager.post(address, {"number": "INV-8", "post": "yes"}).status_code == 403
    assert Document.objects.get().number == "INV-7"
