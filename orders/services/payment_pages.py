"""The pages of providers where shoppers pay: opened for a shopper who asks, closed when nobody should pay there."""

from threading import BoundedSemaphore

from core.transactions import command
from delivery.models import Delivery
from delivery.services import write
from orders.errors import PaymentNotPossible
from orders.locks import lock_order
from orders.models import Order, Payment
from orders.payments import PaymentPage, ProviderUnavailable, channel, provider_named
from orders.states import State

# A web process has four threads (gunicorn.conf.py). While a provider hangs, two are left for those who add to carts.
_ASKING = BoundedSemaphore(2)
_TURN = 1.0  # seconds that a request waits to be one of the two


def open_payment_page(*, payment: Payment, back: str) -> str | None:
    """The address of the provider's page for a pending payment; None where the provider has no page.

    Not a command as a whole, since it asks the provider: that takes seconds where it hangs, and no transaction may wait
    for it. A process that dies in between leaves a page that nobody knows; asking again leads to the same one.
    Arguments: the payment, with its order; `back`, the full address of the order's page, the same for each call.
    Raises ProviderUnavailable, ProviderRefused, Busy, and PaymentNotPossible where the provider is not offered any
    more, or the order does not wait for this payment any more.
    """
    provider = provider_named(payment.provider)
    if not _ASKING.acquire(timeout=_TURN):
        raise ProviderUnavailable("Other requests of this process wait for it already.")
    try:
        page = provider.open_page(payment, back=back)
    finally:
        _ASKING.release()
    if page and page.session != payment.session:
        _keep_session(payment, page)
    return page.url if page else None


def _keep_session(payment: Payment, page: PaymentPage) -> None:
    if not _store_session(payment, page.session):
        raise PaymentNotPossible


@command
def _store_session(payment: Payment, session: str) -> bool:
    """Store the page of a payment. Returns whether the order still waits for it; otherwise the page is closed."""
    order = lock_order(payment.order_id)
    payment.refresh_from_db(fields=["status"])
    payment.session = session
    payment.save(update_fields=["session"])
    is_awaited = order.state == State.PLACED and payment.status == Payment.Status.PENDING
    if not is_awaited:
        close_page(payment)
    return is_awaited


def close_pages(order: Order) -> None:
    """Let nobody pay at the pages of an order, in the caller's transaction; a worker asks the provider after it."""
    for payment in order.payments.exclude(status=Payment.Status.PAID).exclude(session=""):
        close_page(payment)


def close_page(payment: Payment) -> None:
    """Let nobody pay at the page of a payment. Money that comes nevertheless counts as any other."""
    write(
        Delivery(
            channel=channel.NAME,
            receiver=payment.provider,
            kind=channel.CLOSING,
            to=payment.provider,
            subject=f"Order {payment.order.number}",
            payload={"session": payment.session},
            dedupe_key=f"payment_page_closed:{payment.pk}",
        )
    )
