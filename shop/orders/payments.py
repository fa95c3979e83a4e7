"""Where a shopper goes to pay, and what providers tell us of it."""

import logging
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders.errors import OtherCurrency, PaymentNotPossible
from orders.links import page_of
from orders.models import Order, Payment
from orders.payments import InvalidEvent, InvalidSignature, provider_named
from orders.services import settle_payment
from orders.states import State
from shop.accounts.shoppers import ShopRequest

logger = logging.getLogger(__name__)

LONGEST_EVENT = 64 * 1024  # bytes


def address_to_pay(payment: Payment) -> str | None:
    """Where the shopper goes to pay; None where the provider has no page, or is no longer installed."""
    try:
        provider = provider_named(payment.provider)
    except PaymentNotPossible:
        return None
    address = provider.redirect_url(payment)
    if address and not url_has_allowed_host_and_scheme(address, None) and _origin(address) not in provider.origins:
        # The Content Security Policy would stop the browser there, without a word to the shopper.
        raise ImproperlyConfigured(f"{_origin(address)} is not among the origins of {type(provider).__name__}.")
    return address


def _origin(address: str) -> str:
    scheme, host, *_ = urlsplit(address)
    return f"{scheme}://{host}"


def address_after(request: ShopRequest, order: Order) -> str:
    """Where a shopper goes from the order that was just placed: to pay, where there is a page for it. 1 query."""
    pending = order.payments.filter(status=Payment.Status.PENDING).first() if order.state == State.PLACED else None
    return (address_to_pay(pending) if pending else None) or page_of(order, request.user)


@csrf_exempt  # no browser sends this, so there is no token; the provider's signature says who calls
@never_cache
@require_POST
def hook(request: ShopRequest, provider: str) -> HttpResponse:
    """`POST /payments/<provider>/hook/`: a provider's web hook. A provider that gets no 200 should call again.

    Busy goes up to the middleware, which answers 503.
    """
    body = request.read(LONGEST_EVENT + 1)
    if len(body) > LONGEST_EVENT:
        return _refused(413, "too_large")
    try:
        event = provider_named(provider).parse_webhook(body, request.headers)
        settle_payment(event=event, provider=provider)
    except (InvalidEvent, OtherCurrency) as refusal:
        # Rightly signed, so money may have moved that the shop knows nothing of: whoever runs it must hear of this.
        logger.error("refused an event of %s: %s", provider, refusal)
        return _refused(400, "impossible")
    except InvalidSignature:
        return _refused(400, "forged")
    except PaymentNotPossible:
        return _refused(404, "not_found")
    return JsonResponse({})


def _refused(status: int, code: str) -> HttpResponse:
    return JsonResponse({"code": code}, status=status)
