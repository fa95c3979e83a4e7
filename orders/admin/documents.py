"""The admin of invoices and credit notes: a list to search, to download from, and to export for the books."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.admin.base import ReadOnlyAdmin
from core.admin.decorators import action, display, money_column
from core.admin.filters import ChoiceFilter, Choices, any_of
from core.days import start_of, today
from orders.admin.books import rates_of
from orders.documents.download import pdf_answer
from orders.models import Document, DocumentFile
from orders.selectors import find_orders
from orders.totals import TaxShare


class IssuedFilter(ChoiceFilter):
    """Documents by the month or the year in which they were issued, in the shop's time zone."""

    title = "issued"
    parameter_name = "issued"

    def options(self) -> Choices:
        month, year = today().replace(day=1), today().replace(month=1, day=1)
        last_month, last_year = (month - timedelta(days=1)).replace(day=1), year.replace(year=year.year - 1)
        return {
            "month": ("This month", _since(month)),
            "last-month": ("Last month", _since(last_month) & ~_since(month)),
            "year": ("This year", _since(year)),
            "last-year": ("Last year", _since(last_year) & ~_since(year)),
        }


def _since(day: date) -> Q:
    return Q(issued_at__gte=start_of(day))


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    list_display = ["number", "kind", "issued_at", "order", "customer", "in_all"]
    # Amounts are plain numbers here, and those of credit notes are negative, so that a column can be added up.
    export_fields = [
        *("number", "kind", "issued_at", "order", "corrects", "customer", "customer_vat_id"),
        *("signed_net", "signed_tax", "signed_total", "tax_by_rate"),
    ]
    in_all, tax_in_it = money_column("total", "Total"), money_column("tax", "Tax in it")
    list_filter = ["kind", IssuedFilter]
    list_select_related = ["order", "corrects"]
    search_fields = ["number"]  # that there is a search at all; see `get_search_results`
    search_help_text = "Its number; or the order's number, name or its beginnings, e-mail address or postcode"
    fields = [("number", "kind"), "issued_at", ("order", "corrects"), ("in_all", "tax_in_it"), "customer"]
    readonly_fields = ["in_all", "tax_in_it", "customer"]
    actions_row = actions_detail = ["download"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Document], search_term: str
    ) -> tuple[QuerySet[Document], bool]:
        term, documents = search_term.strip(), Document.objects
        if not term:
            return queryset, False
        by_number = documents.filter(number=term.upper())
        return any_of(queryset, by_number, documents.filter(order__in=find_orders(term))), False

    @action(description="Download PDF", url_path="download", permissions=["view"], icon="download")
    def download(self, request: HttpRequest, object_id: str) -> HttpResponse:
        documents = self.get_queryset(request).filter(pk=object_id)
        file = DocumentFile.objects.filter(document__in=documents).select_related("document").first()
        if file is None:
            messages.warning(request, "A worker makes this PDF just now. Try again in a moment.")
            return redirect("admin:orders_document_changelist")
        return pdf_answer(file)

    @display(description="Customer")
    def customer(self, document: Document) -> str:
        return ", ".join(document.snapshot["customer"])

    @display(description="VAT number of the customer")
    def customer_vat_id(self, document: Document) -> str:
        return str(document.snapshot["customer_vat_id"])

    @display(description="Without tax")
    def signed_net(self, document: Document) -> Decimal:
        return _signed(document, document.total - document.tax)

    @display(description="Tax")
    def signed_tax(self, document: Document) -> Decimal:
        return _signed(document, document.tax)

    @display(description="Total")
    def signed_total(self, document: Document) -> Decimal:
        return _signed(document, document.total)

    @display(description="Tax by rate")
    def tax_by_rate(self, document: Document) -> str:
        return rates_of(map(_share, document.snapshot["taxes"]), lambda amount: str(_signed(document, amount)))


def _signed(document: Document, amount: Decimal) -> Decimal:
    return -amount if document.kind == Document.Kind.CREDIT_NOTE else amount


def _share(facts: dict[str, Any]) -> TaxShare:
    net, tax = Decimal(facts["net"]), Decimal(facts["tax"])
    return TaxShare(Decimal(facts["rate"]), net + tax, tax)
