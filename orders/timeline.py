"""`timeline_of`: what happened to an order, for staff: log, parcels, refunds, invoices and e-mails in one list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from core.text import counted, date_and_time, money
from delivery.models import Delivery
from orders.emails import EmailKind, emails_of
from orders.models import By, Document, Order, OrderTransition, Refund, Shipment
from orders.selectors import parcels_of

# Always written after the step to this state. That of a payment is not where the first e-mail says that it is paid.
_OF_STATES = {EmailKind.PLACED, EmailKind.SHIPPED, EmailKind.CANCELLED, EmailKind.REFUNDED}


@dataclass(frozen=True)
class Event:
    """Something that happened: when, what, and more about it. `who` is empty for what followed by itself.

    `parcel` is the shipment that it tells of, `document` the invoice or credit note.
    """

    at: datetime
    what: str
    more: str = ""
    who: str = ""
    parcel: Shipment | None = None
    document: Document | None = None


def timeline_of(order: Order) -> list[Event]:
    """The events of an order, the oldest first. 5 queries.

    E-mails are missing that were sent more than DELIVERY_DAYS ago: their record is deleted.
    """
    log = list(order.transitions.select_related("actor"))
    refunds = order.refunds.select_related("sent_by").order_by("id")
    events = [_event_of(entry) for entry in log]
    events += _parcels(order)
    events += (event for refund in refunds for event in _events_of(refund))
    events += (_issue_of(document) for document in order.documents.all())
    events += _email_events(order, log)
    return sorted(events, key=lambda event: event.at)  # stable: what one transaction did stays in the order from above


def _event_of(entry: OrderTransition) -> Event:
    is_step = entry.from_state != entry.to_state
    what = entry.get_to_state_display() if is_step else entry.note
    return Event(entry.created_at, str(what), entry.note if is_step else "", entry.who)


def _parcels(order: Order) -> Iterator[Event]:
    for parcel in parcels_of(order):
        inside = ", ".join(str(line) for line in parcel.lines)
        yield Event(parcel.shipment.created_at, str(parcel.shipment), inside, parcel=parcel.shipment)


def _issue_of(document: Document) -> Event:
    return Event(document.issued_at, f"{document.get_kind_display()} {document.number}", document=document)


def _events_of(refund: Refund) -> Iterator[Event]:
    yield Event(refund.created_at, f"Refund due: {money(refund.amount)}", refund.reason)
    if refund.sent_at:
        by_nobody = By.PAYMENT if refund.transaction else By.STAFF
        who = refund.sent_by.get_username() if refund.sent_by else by_nobody.label
        yield Event(refund.sent_at, f"Refund sent: {money(refund.amount)}", refund.sent_how, who)


def _email_events(order: Order, log: list[OrderTransition]) -> Iterator[Event]:
    emails = emails_of(order)
    for kind, email in emails:
        yield Event(email.created_at, _name(kind), f"to {email.to}: {_outcome(email)}")
    kept_since = timezone.now() - timedelta(days=settings.DELIVERY_DAYS)
    missing = _OF_STATES - {kind for kind, _ in emails}
    for entry in log:
        if entry.to_state in missing and not entry.is_correction and entry.created_at > kept_since:
            yield Event(entry.created_at, _name(EmailKind(entry.to_state)), "not queued yet, or discarded")


def _name(kind: EmailKind) -> str:
    return f"E-mail “{kind.replace('_', ' ').capitalize()}”"


def _outcome(email: Delivery) -> str:
    if email.sent_at:
        return f"sent {date_and_time(email.sent_at)}"
    if email.is_dead:
        return f"could not be sent, and waits under Deliveries for a decision. {email.error}"
    if email.error:
        tries = counted(email.attempts, "try", "tries")
        return f"not sent after {tries}, next {date_and_time(email.due_at)}. {email.error}"
    return "queued"
