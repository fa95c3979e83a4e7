"""Payment providers: one small interface, a class and a settings entry each. See docs/payments.md."""

from orders.payments.provider import ForgedNotice, PaymentNotice, Provider, provider_named, providers

__all__ = ["ForgedNotice", "PaymentNotice", "Provider", "provider_named", "providers"]
