"""Where a shopper goes to pay, and what providers tell us of it."""

import logging
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders.errors import OtherCurrency, PaymentNotPossible
from orders.links import page_of, path_since_placement
from orders.models import Order, Payment
from orders.payments import InvalidEvent, InvalidSignature, ProviderRefused, ProviderUnavailable, provider_named
from orders.services import open_payment_page, settle_event
from orders.states import State
from shop.accounts.shoppers import ShopRequest

logger = logging.getLogger(__name__)

LONGEST_EVENT = 64 * 1024  # bytes


def address_to_pay(request: ShopRequest, payment: Payment) -> str | None:
    """Where the shopper goes to pay; None where the provider has no page, or is no longer installed.

    It may ask the provider, which takes seconds where that hangs. Where there is no answer, or a refusal, a message
    says so, and the order's page shows it.
    """
    back = request.build_absolute_uri(path_since_placement(payment.order))
    try:
        address = open_payment_page(payment=payment, back=back)
    except PaymentNotPossible:
        return None
    except ProviderUnavailable as error:
        logger.warning("%s gave no page to pay at: %s", payment.provider, error)
        messages.error(request, _unavailable(payment))
        return None
    except ProviderRefused as error:
        logger.error("%s refused a page to pay at: %s", payment.provider, error)
        messages.error(request, _("This payment cannot be made. Nothing was taken; please choose again how to pay."))
        return None
    if address:
        _check_origin(address, payment)
    return address


def _unavailable(payment: Payment) -> str:
    text = _(
        "%(name)s cannot be reached just now. Nothing was taken, and your order is kept. "
        "Please try again in a minute, or pay in another way."
    )
    return text % {"name": provider_named(payment.provider).label}


def _check_origin(address: str, payment: Payment) -> None:
    """Raise ImproperlyConfigured where the Content Security Policy would stop the browser without a word."""
    provider = provider_named(payment.provider)
    scheme, host, *_rest = urlsplit(address)
    if not url_has_allowed_host_and_scheme(address, None) and f"{scheme}://{host}" not in provider.origins:
        raise ImproperlyConfigured(f"{scheme}://{host} is not among the origins of {type(provider).__name__}.")


def address_after(request: ShopRequest, order: Order) -> str:
    """Where a shopper goes from the order that was just placed: to pay, where there is a page for it. 1 query."""
    waits = order.state == State.PLACED
    pending = order.payments.filter(status=Payment.Status.PENDING).first() if waits else None
    return (address_to_pay(request, pending) if pending else None) or page_of(order, request.user)


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
        if event:
            settle_event(event=event, provider=provider)
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
