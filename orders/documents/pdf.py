"""`pdf_of`, a document as PDF: a pure function of its row, so the same row gives the same bytes."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from django.utils import formats, translation
from django.utils.translation import gettext as _
from fpdf.enums import Align, TableBordersLayout, VAlign, XPos, YPos
from fpdf.fonts import FontFace

from core.days import day_of
from core.text import date_and_time, money
from orders.documents.facts import Facts
from orders.documents.paper import BRAND, MARGIN, MUTED, WIDTH, Paper, printable
from orders.models import Document

_COLUMNS = (64, 16, 26, 14, 25, 25)  # mm: item, quantity, price without tax, rate, price, total
_RIGHT = MARGIN + WIDTH - 76  # the left edge of what stands on the right, mm
_LINE = 4.6  # height of a line of text, mm


def pdf_of(document: Document) -> bytes:
    """Return the PDF of a document, in the language of the shop when it was issued. No query."""
    facts = cast(Facts, document.snapshot)
    with translation.override(facts["language"]):
        title = f"{document.get_kind_display()} {document.number}"
        paper = Paper(
            title=title,
            shop=facts["shop"],
            foot=_foot(facts),
            made_at=document.issued_at,
            language=facts["language"],
        )
        _write_head(paper, document, facts)
        _write_lines(paper, facts)
        _write_sums(paper, document, facts)
        _write_payment(paper, document, facts)
        return bytes(paper.output())


def _foot(facts: Facts) -> str:
    vat_id = [_("VAT number %(id)s") % {"id": facts["seller_vat_id"]}] if facts["seller_vat_id"] else []
    return " · ".join([*facts["seller"], facts["seller_email"], *vat_id])


def _write_head(paper: Paper, document: Document, facts: Facts) -> None:
    top = paper.get_y()
    paper.write_in(15, bold=True, colour=BRAND)
    paper.lines([facts["shop"]], left=MARGIN, width=WIDTH - 80, height=7)
    paper.set_y(top + 1)
    paper.write_in(8, colour=MUTED)
    paper.lines([*facts["seller"], facts["seller_email"]], left=_RIGHT, width=76, height=3.8, align=Align.R)
    top = max(paper.get_y() + 8, 50)
    paper.set_y(top)
    _write_customer(paper, facts)
    end = paper.get_y()
    paper.set_y(top)
    _write_pairs(paper, _about(document, facts))
    paper.set_y(max(end, paper.get_y()) + 9)
    paper.write_in(18, bold=True)
    paper.lines([paper.title_text], left=MARGIN, width=WIDTH, height=9)
    paper.ln(3)


def _write_customer(paper: Paper, facts: Facts) -> None:
    width = WIDTH - 84
    paper.write_in(8, colour=MUTED)
    paper.lines([_("Billed to")], left=MARGIN, width=width, height=_LINE)
    paper.write_in(10)
    paper.lines(facts["customer"], left=MARGIN, width=width, height=5)
    if facts["customer_vat_id"]:
        number = _("VAT number %(id)s") % {"id": facts["customer_vat_id"]}
        paper.lines([number], left=MARGIN, width=width, height=5)
    if facts["delivered_to"]:
        paper.ln(3)
        paper.write_in(8, colour=MUTED)
        paper.lines([_("Delivered to"), *facts["delivered_to"]], left=MARGIN, width=width, height=3.9)


def _about(document: Document, facts: Facts) -> Iterator[tuple[str, str]]:
    """What stands beside the address: a label and a value each."""
    yield _("Number"), document.number
    yield _("Date of issue"), _written(day_of(document.issued_at))
    if facts["corrects"]:
        yield _("To the invoice"), facts["corrects"]
        yield _("of"), _written_day(facts["corrects_on"])
    yield _("Order"), facts["order"]
    yield _("Ordered"), _written_day(facts["ordered_on"])
    if facts["paid_on"]:
        yield _("Paid"), _written_day(facts["paid_on"])
    if facts["sent_on"]:
        yield _("Sent"), _written_day(facts["sent_on"])
    if facts["seller_vat_id"]:
        yield _("Our VAT number"), facts["seller_vat_id"]


def _write_pairs(paper: Paper, pairs: Iterator[tuple[str, str]]) -> None:
    for label, value in pairs:
        paper.set_x(_RIGHT)
        paper.write_in(9, colour=MUTED)
        paper.cell(32, _LINE + 0.4, printable(label))
        paper.write_in(9)
        paper.cell(44, _LINE + 0.4, printable(value), align=Align.R, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _write_lines(paper: Paper, facts: Facts) -> None:
    """The table of what was bought; its head is repeated on each page."""
    heads = (_("Item"), _("Quantity"), _("Price without tax"), _("Tax"), _("Price"), _("Total"))
    paper.write_in(8.5)
    with paper.table(
        col_widths=_COLUMNS,
        width=WIDTH,
        line_height=4.4,
        padding=(1.2, 1, 1.2, 1),
        v_align=VAlign.T,
        text_align=(Align.L, *[Align.R] * 5),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis="B", color=MUTED, size_pt=7.5),
    ) as table:
        table.row([printable(head) for head in heads])
        for row in _rows(facts):
            table.row([printable(text) for text in row])
    paper.ln(4)


def _rows(facts: Facts) -> Iterator[Sequence[str]]:
    for line in facts["lines"]:
        amounts = [_amount(line["net_price"]), _rate(line["rate"]), _amount(line["price"]), _amount(line["total"])]
        yield [f"{line['name']} ({line['sku']})", formats.number_format(line["quantity"]), *amounts]
    if Decimal(facts["delivery"]) or (facts["delivery_name"] and facts["lines"] and not facts["corrects"]):
        name = facts["delivery_name"]
        what = _("Delivery: %(name)s") % {"name": name} if name else _("Refund")
        yield [what, "", "", "", "", _amount(facts["delivery"])]


def _write_sums(paper: Paper, document: Document, facts: Facts) -> None:
    """The tax by rate, and the total. They are kept together on a page."""
    _keep_together(paper, 5 * (len(facts["taxes"]) + 1) + 14)
    paper.write_in(7.5, bold=True, colour=MUTED)
    _write_cells(paper, _("Tax rate"), _("Without tax"), _("Tax"))
    paper.write_in(9)
    for share in facts["taxes"]:
        _write_cells(paper, _rate(share["rate"]), _amount(share["net"]), _amount(share["tax"]))
    paper.ln(1)
    paper.line(_RIGHT, paper.get_y(), MARGIN + WIDTH, paper.get_y())
    paper.ln(1.5)
    is_credit = document.kind == Document.Kind.CREDIT_NOTE
    paper.write_in(12, bold=True)
    _write_cells(paper, _("Credited in all") if is_credit else _("Total"), "", _amount(facts["total"]), height=7)
    paper.ln(6)


def _write_cells(paper: Paper, label: str, middle: str, right: str, *, height: float = 5) -> None:
    """Three cells on the right; the label may run into an empty middle one."""
    paper.set_x(_RIGHT)
    paper.cell(24, height, printable(label))
    paper.cell(24, height, printable(middle), align=Align.R)
    paper.cell(28, height, printable(right), align=Align.R, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _keep_together(paper: Paper, height: float) -> None:
    if paper.will_page_break(height):
        paper.add_page()


def _write_payment(paper: Paper, document: Document, facts: Facts) -> None:
    """How it is paid, or was; never parted from its own lines."""
    transfer = facts["transfer"]
    account = transfer["account"].splitlines() if transfer else []
    _keep_together(paper, 10 + 5 * (len(account) + 2 if account else 0))
    paper.write_in(9)
    paper.lines([_payment_line(document, facts)], left=MARGIN, width=WIDTH, height=5)
    if transfer is None:
        return
    paper.ln(1)
    reference, amount = [transfer["reference"]], [_amount(facts["total"])]
    for label, values in ((_("Account"), account), (_("Reference"), reference), (_("Amount"), amount)):
        top = paper.get_y()
        paper.write_in(9, colour=MUTED)
        paper.lines([label], left=MARGIN, width=28, height=5)
        paper.set_y(top)
        paper.write_in(9, bold=True)
        paper.lines(values, left=MARGIN + 28, width=WIDTH - 28, height=5)


def _payment_line(document: Document, facts: Facts) -> str:
    if document.kind == Document.Kind.CREDIT_NOTE:
        invoice = {"number": facts["corrects"]}
        if document.refund_id:
            return _("This amount is taken off the invoice %(number)s. We send it back to you.") % invoice
        return _("The order is cancelled. There is nothing to pay for the invoice %(number)s.") % invoice
    if transfer := facts["transfer"]:
        until = date_and_time(datetime.fromisoformat(transfer["until"]))
        return _("Please transfer the total by %(until)s. We send the goods when it has come.") % {"until": until}
    return _("Paid on %(day)s, with thanks. There is nothing left to pay.") % {"day": _written_day(facts["paid_on"])}


def _written_day(text: str) -> str:
    return _written(date.fromisoformat(text))


def _written(day: date) -> str:
    return formats.date_format(day, "DATE_FORMAT")


def _amount(text: str) -> str:
    return money(Decimal(text))


def _rate(text: str) -> str:
    return f"{formats.number_format(Decimal(text).normalize())} %"
