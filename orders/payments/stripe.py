"""`Stripe`: cards and wallets at the hosted Checkout page of Stripe, by its official library.

No card data reaches the shop. A payment is one Checkout Session, made with the payment's reference as idempotency key:
asking again returns the same page. See docs/payments.md.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stripe import (
    CardError,
    IdempotencyError,
    InvalidRequestError,
    RequestsClient,
    SignatureVerificationError,
    StripeClient,
    StripeError,
    Webhook,
)

from orders.models import Payment
from orders.payments.events import InvalidSignature, PaymentEvent, RefundEvent
from orders.payments.minor_units import from_minor_units, to_minor_units
from orders.payments.provider import PaymentPage, Provider, ProviderRefused, ProviderUnavailable, RefundRequest

# Seconds to connect, and to wait for an answer. A shopper waits for it, and so does a thread of the web.
_TIMEOUT = (2, 5)
# A session is open for 30 minutes to 24 hours, counted from when it is made, and its end must be the same each time it
# is sent. A shopper may begin to pay in the order's last minute, so the session ends so much after the order. The shop
# closes it before, when the order is cancelled.
_AFTER_THE_ORDER = timedelta(minutes=31)
_LONGEST = timedelta(hours=23)
_CLOSED_ALREADY = {"complete", "expired"}

# Whether an event of a session says that it is paid. https://docs.stripe.com/api/events/types
_OUTCOMES = {
    "checkout.session.completed": True,
    "checkout.session.async_payment_succeeded": True,
    "checkout.session.async_payment_failed": False,
    "checkout.session.expired": False,
}
# Each has the refund as it is by then. "charge.refunded" has only its sum.
_OF_REFUNDS = {"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"}
_NOT_SENT = {"failed", "canceled"}


class Stripe(Provider):
    """Offered where STRIPE_SECRET_KEY is set."""

    label = _("Card")
    description = _("By card or wallet, on the page of Stripe.")
    can_refund = True

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.origins = ["https://checkout.stripe.com", *filter(None, [settings.STRIPE_API_BASE])]

    def open_page(self, payment: Payment, *, back: str) -> PaymentPage:
        with _typed_errors():
            session = _client().v1.checkout.sessions.create(
                _session_of(payment, back), {"idempotency_key": payment.reference}
            )
        if not session.url:
            raise ProviderUnavailable(f"The session {session.id} has no page.")
        return PaymentPage(session.url, session.id)

    def close_page(self, session: str) -> None:
        """Asked first and looked at only where Stripe refuses: a shopper may pay between a look and the question."""
        sessions = _client().v1.checkout.sessions
        with _typed_errors():
            try:
                sessions.expire(session)
            except InvalidRequestError:
                if sessions.retrieve(session).status not in _CLOSED_ALREADY:
                    raise

    def refund(self, asked: RefundRequest) -> str:
        """Stripe forgets an idempotency key after a day, and staff may try again later: so look first."""
        facts: Any = {
            "payment_intent": asked.transaction,
            "amount": to_minor_units(asked.amount, asked.currency),
            "metadata": {"refund": asked.key},
        }
        with _typed_errors():
            refunds = _client().v1.refunds
            made = refunds.list({"payment_intent": asked.transaction, "limit": 100}).auto_paging_iter()
            known = next((each for each in made if _key_of(each.to_dict()) == asked.key), None)
            return (known or refunds.create(facts, {"idempotency_key": f"refund:{asked.key}"})).id

    def parse_webhook(self, body: bytes, headers: Mapping[str, str]) -> PaymentEvent | RefundEvent | None:
        event = _signed_event(body, headers.get("Stripe-Signature", ""))
        try:
            kind, said = event["type"], event["data"]["object"]
            if kind in _OF_REFUNDS:
                return _refund_event(said)
            return _payment_event(kind, said) if kind in _OUTCOMES else None
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise InvalidSignature from error


@cache
def _client_of(key: str, base: str) -> StripeClient:
    http = RequestsClient(timeout=_TIMEOUT)
    # No tries of the library's own: they would multiply the wait.
    return StripeClient(key, http_client=http, max_network_retries=0, base_addresses={"api": base} if base else None)


def _client() -> StripeClient:
    return _client_of(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@contextmanager
def _typed_errors() -> Iterator[None]:
    """Raise the provider's errors for those of the library. A refusal means that nothing was done for certain."""
    try:
        yield
    except (InvalidRequestError, CardError) as error:
        raise ProviderRefused(error.user_message or str(error)) from error
    except IdempotencyError as error:
        # 409: the same request is being carried out. Otherwise other facts were sent with a key that was used.
        kind = ProviderUnavailable if error.http_status == 409 else ProviderRefused
        raise kind(error.user_message or str(error)) from error
    except StripeError as error:
        raise ProviderUnavailable(f"{type(error).__name__}: {error.user_message or error}") from error


def _session_of(payment: Payment, back: str) -> Any:
    """The facts of a Checkout Session, the same at each call. https://docs.stripe.com/api/checkout/sessions/create"""
    order, facts = payment.order, {"payment": payment.reference, "order": payment.order.number}
    try:
        units = to_minor_units(payment.amount, settings.SHOP_CURRENCY)
    except ValueError as error:
        raise ProviderRefused(str(error)) from error
    name = gettext("Order %(number)s") % {"number": order.number}
    ends_at = min(order.pay_by + _AFTER_THE_ORDER, payment.created_at + _LONGEST)
    price = {"currency": settings.SHOP_CURRENCY.lower(), "unit_amount": units, "product_data": {"name": name}}
    return {
        "mode": "payment",
        "client_reference_id": payment.reference,
        "line_items": [{"quantity": 1, "price_data": price}],
        "customer_email": order.email,
        "expires_at": int(ends_at.timestamp()),
        "success_url": f"{back}?paid",
        "cancel_url": back,
        "payment_intent_data": {"description": name, "metadata": facts},
    }


def _signed_event(body: bytes, signature: str) -> dict[str, Any]:
    """The event of a body that Stripe signed with one of our secrets. Raises InvalidSignature."""
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        try:
            event: dict[str, Any] = Webhook.construct_event(body, signature, secret).to_dict()
            return event
        except SignatureVerificationError:
            continue
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise InvalidSignature from error
    raise InvalidSignature


def _payment_event(kind: str, session: dict[str, Any]) -> PaymentEvent | None:
    is_paid = _OUTCOMES[kind]
    if is_paid and session["payment_status"] == "unpaid":
        return None  # by a slow way to pay: another event says how it ended
    currency = session["currency"].upper()
    return PaymentEvent(
        reference=session["client_reference_id"],
        is_paid=is_paid,
        amount=from_minor_units(session["amount_total"], currency),
        currency=currency,
        transaction=session["payment_intent"] or "",
    )


def _refund_event(refund: dict[str, Any]) -> RefundEvent | None:
    key = _key_of(refund)
    if key is None:
        return None  # made in Stripe's dashboard
    words = refund.get("failure_reason") or refund["status"]
    return RefundEvent(key=key, transaction=refund["id"], is_sent=refund["status"] not in _NOT_SENT, words=words)


def _key_of(refund: dict[str, Any]) -> str | None:
    key: str | None = (refund["metadata"] or {}).get("refund")
    return key
