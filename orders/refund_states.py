"""`Sending`, what became of a refund, and `with_sending`, which reads it from the refund and its delivery.

It is not stored: staff may retry or discard the delivery elsewhere, and one of two columns would be wrong then.
"""

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, TextChoices, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from delivery.models import Delivery
from orders.models import Payment, Refund
from orders.payments import Provider, ProviderRefused
from orders.payments.provider import providers


class Sending(TextChoices):
    """What became of a refund. The labels are for staff."""

    DUE = "due", "To be sent"
    QUEUED = "queued", "The provider is sending it"
    REFUSED = "refused", "Refused by the provider"
    UNKNOWN = "unknown", "Not known: the provider did not answer"
    RETURNED = "returned", "Came back to the provider"
    SENT = "sent", "Sent"


def key_of_delivery(refund_id: int) -> str:
    """The dedupe key of the delivery that asks a provider to send a refund."""
    return f"refund:{refund_id}"


def delivery_of(refund_id: int) -> Delivery | None:
    """The delivery that asks a provider to send a refund. 1 query."""
    return Delivery.objects.filter(dedupe_key=key_of_delivery(refund_id)).first()


def with_sending(refunds: QuerySet[Refund]) -> QuerySet[Refund]:
    """The refunds, each with `sending`, a value of Sending, and `words`, the provider's of what went wrong."""
    key = Concat(Value(key_of_delivery(0)[:-1]), Cast(OuterRef("pk"), TextField()), output_field=TextField())
    asked = Delivery.objects.filter(dedupe_key=key).order_by()
    refused = asked.filter(error__startswith=ProviderRefused.__name__)
    sending = Case(
        When(sent_at__isnull=False, then=Value(Sending.SENT)),
        When(~Q(failure=""), then=Value(Sending.RETURNED)),
        When(queued_at__isnull=True, then=Value(Sending.DUE)),
        When(Exists(asked.filter(is_dead=False)), then=Value(Sending.QUEUED)),
        When(Exists(refused), then=Value(Sending.REFUSED)),
        default=Value(Sending.UNKNOWN),
        output_field=TextField(),
    )
    failed = Subquery(asked.filter(is_dead=True).values("error")[:1])
    words = Case(When(~Q(failure=""), then="failure"), default=Coalesce(failed, Value("")), output_field=TextField())
    return refunds.annotate(sending=sending, words=words)


def payment_of(refund: Refund) -> Payment | None:
    """The payment of which a refund sends money back: its own, or the one that paid its order. At most 1 query."""
    if refund.payment_id:
        return refund.payment
    return refund.order.payments.filter(status=Payment.Status.PAID, refunds__isnull=True).first()


def provider_to_refund(payment: Payment | None) -> Provider | None:
    """The provider that can send money of this payment back; None where staff must send it themselves."""
    offered = [each for each in providers() if payment and payment.transaction and each.name == payment.provider]
    return next((each for each in offered if each.can_refund), None)
