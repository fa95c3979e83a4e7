"""Payment providers: one small interface, a class and a settings entry each. See docs/payments.md."""

from orders.payments.events import InvalidEvent, InvalidSignature, PaymentEvent, RefundEvent, exact_amount
from orders.payments.provider import (
    PaymentPage,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    RefundRequest,
    provider_named,
    providers,
)

__all__ = [
    "InvalidEvent",
    "InvalidSignature",
    "PaymentEvent",
    "PaymentPage",
    "Provider",
    "ProviderRefused",
    "ProviderUnavailable",
    "RefundEvent",
    "RefundRequest",
    "exact_amount",
    "provider_named",
    "providers",
]
