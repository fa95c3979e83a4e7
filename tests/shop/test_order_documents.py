"""Invoices and credit notes on the page of an order: once they have their PDF, for who may see the order."""

import pytest
from django.test import Client

from cart.owners import Owner
from inventory.models import ProductVariant
from orders.links import order_path
from orders.models import DeliveryMethod, Document, DocumentFile, Order
from outbox.drain import drain
from tests.support.ordering import make_invoice, order
from tests.support.shopping import add

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def placed(guest: Owner, variant: ProductVariant, delivery: DeliveryMethod) -> Order:
    return order(add(guest, variant, 2), delivery)


def test_the_page_leads_to_the_pdf_as_it_was_issued(client: Client, placed: Order) -> None:
    make_invoice(placed, "INV-00001")
    link = order_path(placed.number)  # another one each second
    page, path = client.get(link).content.decode(), f"{link}documents/INV-00001.pdf"
    assert f'<a href="{path}" download>Invoice INV-00001</a>' in page
    answer = client.get(path)
    assert (answer.content, answer["Content-Type"]) == (b"%PDF of INV-00001", "application/pdf")
    assert answer["Content-Disposition"] == 'attachment; filename="INV-00001.pdf"'
    assert "no-store" in answer["Cache-Control"]


def test_a_document_without_its_pdf_is_not_offered_yet(client: Client, placed: Order) -> None:
    drain("issue_documents")
    number = Document.objects.get().number
    assert number not in client.get(order_path(placed.number)).content.decode()
    drain("render_documents")
    assert number in client.get(order_path(placed.number)).content.decode()
    assert client.get(f"{order_path(placed.number)}documents/{number}.pdf").content == bytes(
        DocumentFile.objects.get().content
    )


def test_a_number_that_is_none_is_not_found(client: Client, placed: Order) -> None:
    assert client.get(f"{order_path(placed.number)}documents/INV-9.pdf").status_code == 404
