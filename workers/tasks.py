"""All effects and tasks that workers run. Each body is one call of a service.

The admin shows the first line of a task's docstring on the page of the schedule.
"""

from datetime import timedelta

from celery import shared_task

from analytics.events import record_events
from analytics.rollup import drop_old_events, roll_up_marked_days
from cart.audit import run_audit
from cart.services import close_abandoned_carts, drop_old_keys, release_expired_holds, store_totals
from core.celery import Queue
from customers.services import add_missing_customers, count_customers_of
from delivery.deliver import deliver
from delivery.services import drop_old_deliveries
from delivery.wakeup import notify_waiting
from inventory.alert_mail import send_alert_emails
from inventory.imports.applying import advance_import, fail_lost_imports
from inventory.imports.services import drop_old_files
from inventory.photos import drop_unnamed_photos
from inventory.services import refresh_alerts
from orders.documents import issue_documents, render_documents
from orders.emails import EmailKind, send_order_email
from orders.emails.kinds import About
from orders.selectors import products_of_orders
from orders.services import (
    cancel_overdue_orders,
    count_related,
    count_units_sold,
    drop_left_checkouts,
    note_refund_accepted,
    recount_related,
    recount_units_sold,
)
from outbox.drain import drop_old_runs
from outbox.effects import effect
from outbox.heartbeat import note_heartbeat
from outbox.intents import Intent, enqueue
from outbox.registry import Batch
from outbox.wakeup import wake_for_waiting_rows

# No message fetched a row that is older than this.
_LEFT_BEHIND = timedelta(seconds=2)


@effect("recalculate_cart_totals", queue=Queue.SHOPPER)
def recalculate_cart_totals(batch: Batch) -> None:
    """Store the totals of the carts that changed. Many changes of one cart are one recalculation."""
    store_totals(cart_ids=batch.ids)


@effect("check_low_stock", queue=Queue.STAFF)
def check_low_stock(batch: Batch) -> None:
    """Open and close the alerts of the variants whose free stock changed."""
    refresh_alerts(variant_ids=batch.ids)


@effect("record_analytics", queue=Queue.BULK)
def record_analytics(batch: Batch) -> None:
    """Store the events of the batch, each once."""
    record_events(payload for payloads in batch.payloads.values() for payload in payloads)


@effect("count_units_sold", queue=Queue.BULK)
def count_units_sold_of_orders(batch: Batch) -> None:
    """Count the units sold of all products in the orders that were placed, or whose units were refunded."""
    count_units_sold(product_ids=products_of_orders(batch.ids))


@effect("count_related", queue=Queue.BULK)
def count_related_of_orders(batch: Batch) -> None:
    """Count what is bought together with the products in the orders that were placed, or whose units were refunded."""
    count_related(product_ids=products_of_orders(batch.ids))


@effect("count_customers", queue=Queue.BULK)
def count_customers(batch: Batch) -> None:
    """Count what the customers of the orders that changed have ordered and spent."""
    count_customers_of(order_ids=batch.ids)


# These names stay: version 1.0 wrote them into its rows, and a rolling release reads such rows.
@effect("write_order_letters", queue=Queue.SHOPPER)
def write_order_emails(batch: Batch) -> None:
    """Write the e-mails to customers about their orders."""
    for order_id, payloads in batch.payloads.items():
        for payload in payloads:
            kind, about = EmailKind(payload["occasion"]), About.read(payload)
            send_order_email(order_id=int(order_id), kind=kind, about=about)


@effect("issue_documents", queue=Queue.SHOPPER)
def issue_documents_of_orders(batch: Batch) -> None:
    """Number the invoices and credit notes that orders are due."""
    to_invoice = [int(key) for key, payloads in batch.payloads.items() if any(each["invoice"] for each in payloads)]
    issue_documents(order_ids=batch.ids, to_invoice=to_invoice)


@effect("render_documents", queue=Queue.BULK)
def render_issued_documents(batch: Batch) -> None:
    """Make the PDFs of invoices and credit notes, and write the e-mails that carry them.

    A thousand of them take minutes, in which neither alerts nor other e-mails may wait.
    """
    left = render_documents(document_ids=batch.ids)
    enqueue(Intent("render_documents", key=document_id) for document_id in left)


@effect("note_refund_accepted", queue=Queue.STAFF)
def note_refunds_accepted(batch: Batch) -> None:
    """Note the refunds that their provider took as sent."""
    for refund_id, payloads in batch.payloads.items():
        note_refund_accepted(refund_id=int(refund_id), transaction=payloads[0]["transaction"])


@effect("advance_imports", queue=Queue.BULK, longest=45)
def advance_imports(batch: Batch) -> None:
    """Check or apply the file that staff uploaded. One file a transaction: each has the full time of a task."""
    first, *others = batch.ids
    if others:
        enqueue(Intent("advance_imports", key=job_id) for job_id in others)
    advance_import(job_id=first)


@shared_task(name="sweep_outbox")
def sweep_outbox() -> list[str]:
    """Wake a worker for effects whose rows are still there: a message was lost, or nobody sent or took it."""
    return wake_for_waiting_rows(longer_than=_LEFT_BEHIND)


@shared_task(name="sweep_holds", ignore_result=False)
def sweep_holds() -> int:
    """Give back the units of holds that ran out."""
    return release_expired_holds()


@shared_task(name="sweep_carts", ignore_result=False)
def sweep_carts() -> int:
    """Close guest carts that were abandoned."""
    return close_abandoned_carts()


@shared_task(name="sweep_orders", ignore_result=False)
def sweep_orders() -> int:
    """Cancel the orders that were not paid in time."""
    return cancel_overdue_orders()


@shared_task(name="recount_units_sold", ignore_result=False)
def recount_all_units_sold() -> int:
    """Count the units sold in 90 days again where the stored number is not right. Returns how many products."""
    return recount_units_sold()


@shared_task(name="recount_related", ignore_result=False)
def recount_all_related() -> int:
    """Count what is bought together again where the stored rows are not right. Returns how many products."""
    return recount_related()


@shared_task(name="sweep_customers", ignore_result=False)
def sweep_customers() -> int:
    """Add the customers of orders who are missing, as after an upgrade."""
    return add_missing_customers()


@shared_task(name="sweep_checkouts", ignore_result=False)
def sweep_checkouts() -> int:
    """Drop the addresses that were filled in for carts that are closed."""
    return drop_left_checkouts()


@shared_task(name="sweep_keys", ignore_result=False)
def sweep_keys() -> int:
    """Drop the idempotency keys of yesterday."""
    return drop_old_keys()


@shared_task(name="sweep_runs", ignore_result=False)
def sweep_runs() -> int:
    """Drop what is known of batches that were done long ago."""
    return drop_old_runs()


@shared_task(name="deliver")
def deliver_what_is_due(channel: str) -> int:
    """Send the messages of a channel that are due. Returns how many went out."""
    return deliver(channel)


@shared_task(name="wake_deliveries")
def wake_deliveries() -> list[str]:
    """Wake a worker for the channels that have something to deliver. Returns their names."""
    return notify_waiting()


@shared_task(name="sweep_imports", ignore_result=False)
def sweep_imports() -> int:
    """Drop the files of imports that are long over."""
    return drop_old_files()


@shared_task(name="sweep_photos", ignore_result=False)
def sweep_photos() -> int:
    """Delete the files of photographs that no product shows any more."""
    return drop_unnamed_photos()


@shared_task(name="sweep_lost_imports")
def sweep_lost_imports() -> int:
    """Let imports fail that no worker would come to any more. Returns how many there were."""
    return fail_lost_imports()


@shared_task(name="sweep_deliveries", ignore_result=False)
def sweep_deliveries() -> int:
    """Drop messages that were sent long ago."""
    return drop_old_deliveries()


@shared_task(name="roll_up_days", ignore_result=False)
def roll_up_days() -> list[str]:
    """Add up the events of days that are over, and again of days that events came late for."""
    return [day.isoformat() for day in roll_up_marked_days()]


@shared_task(name="sweep_events", ignore_result=False)
def sweep_events() -> int:
    """Drop analytics events that are old; the figures of their days stay."""
    return drop_old_events()


@shared_task(name="mail_stock_alerts")
def mail_stock_alerts() -> int:
    """Tell staff what is low, sold out or back in stock. Returns how many alerts were told."""
    return send_alert_emails()


@shared_task(name="pulse")
def pulse(queue: str) -> None:
    """Show that the workers of this queue are at work."""
    note_heartbeat(queue)


# Longer limits than other tasks, since it reads all stock movements; still below the visibility timeout.
@shared_task(name="audit_stock", ignore_result=False, soft_time_limit=80, time_limit=90)
def audit_stock() -> int:
    """Audit all stock; the admin shows what was found. Returns the number of differences. Corrects nothing."""
    return len(run_audit().found.differences)
