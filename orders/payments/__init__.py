"""Payment providers: one small interface, a class and a settings entry each. See docs/payments.md."""

from orders.payments.events import InvalidEvent, InvalidSignature, PaymentEvent, exact_amount
from orders.payments.provider import (
    PaymentPage,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
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
    "exact_amount",
    "provider_named",
    "providers",
]
