"""`send_document_email`: the e-mail to a customer with an invoice or a credit note."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from core.links import site_url
from core.seller import seller
from core.text import money
from delivery.attachments import Attachment
from delivery.services import send_email
from orders.links import order_path
from orders.models import Document


def send_document_email(document: Document, pdf: bytes) -> None:
    """Queue the e-mail with this PDF to the customer of the document's order: once, however often it is called."""
    order = document.order
    context = {
        "document": document,
        "is_invoice": document.kind == Document.Kind.INVOICE,
        "order": order,
        "total": money(document.total),
        "link": site_url(order_path(order.number)),
        **seller(),
    }
    with translation.override(settings.LANGUAGE_CODE):
        subject, text, html = (
            render_to_string(f"orders/mail/document.{name}", context) for name in ("subject.txt", "txt", "html")
        )
    send_email(
        kind=f"order_{document.kind}",
        to=order.email,
        subject=subject.strip(),
        text=text.strip() + "\n",
        html=html,
        attachments=[Attachment(document.file_name, "application/pdf", pdf)],
        dedupe_key=f"document:{document.number}",
    )
