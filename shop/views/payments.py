"""Where a shopper goes to pay, and what providers tell us of it."""

import logging
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from orders.errors import OtherCurrency, PaymentNotPossible
from orders.links import order_path
from orders.models import Order, Payment
from orders.payments import InvalidEvent, InvalidSignature, provider_named
from orders.payments.testbank import SIGNATURE, notice_body, signature_of
from orders.selectors import payment_referenced
from orders.services import settle_payment
from orders.states import State
from shop.shoppers import ShopRequest

logger = logging.getLogger(__name__)

LONGEST_NOTICE = 64 * 1024  # bytes
_TESTBANK = "testbank"
# What each button of the test bank's page tells the shop: whether it is paid, once or twice.
_CALLS = {"pay": [True], "pay-twice": [True, True], "refuse": [False]}


def address_of(request: ShopRequest, order: Order) -> str:
    """The page of an order: in the account of the customer who is logged in, else by a signed link."""
    if request.user.is_authenticated and order.user_id == request.user.pk:
        return reverse("shop:account_order", args=[order.number])
    return order_path(order.number)


def address_to_pay(payment: Payment) -> str | None:
    """Where its provider wants the shopper to go; None where there is nothing to do, or nobody to go to any more."""
    try:
        provider = provider_named(payment.provider)
    except PaymentNotPossible:
        return None
    address = provider.redirect_url(payment)
    if address and not url_has_allowed_host_and_scheme(address, None) and _origin(address) not in provider.origins:
        # A browser would stop there without a word to the shopper.
        raise ImproperlyConfigured(f"{_origin(address)} is not among the origins of {type(provider).__name__}.")
    return address


def _origin(address: str) -> str:
    scheme, host, *_ = urlsplit(address)
    return f"{scheme}://{host}"


def address_after(request: ShopRequest, order: Order) -> str:
    """Where a shopper goes from the order that was just placed: to pay, where there is a page for it. 1 query."""
    pending = order.payments.filter(status=Payment.Status.PENDING).first() if order.state == State.PLACED else None
    return (address_to_pay(pending) if pending else None) or address_of(request, order)


def carry_out(provider_name: str, body: bytes, headers: Mapping[str, str]) -> None:
    """What a provider says, checked and done, once however often it is said.

    Raises InvalidSignature, OtherCurrency, PaymentNotPossible (no such provider, or payment of it) and Busy.
    """
    provider = provider_named(provider_name)
    settle_payment(notice=provider.parse_webhook(body, headers), provider=provider.name)


@csrf_exempt  # no browser sends this, so there is no token; the provider's signature says who calls
@never_cache
@require_POST
def hook(request: ShopRequest, provider: str) -> HttpResponse:
    """`POST /payments/<provider>/hook/`: a provider's web hook. Whoever gets anything but a 200 should call again.

    Busy goes up to the middleware, which answers 503.
    """
    body = request.read(LONGEST_NOTICE + 1)
    if len(body) > LONGEST_NOTICE:
        return _refused(413, "too_large")
    try:
        carry_out(provider, body, request.headers)
    except (InvalidEvent, OtherCurrency) as refusal:
        # Rightly signed, so money may have moved that the shop knows nothing of: whoever runs it must hear of this.
        logger.error("refused a notice of %s: %s", provider, refusal)
        return _refused(400, "impossible")
    except InvalidSignature:
        return _refused(400, "forged")
    except PaymentNotPossible:
        return _refused(404, "not_found")
    return JsonResponse({})


def _refused(status: int, code: str) -> HttpResponse:
    return JsonResponse({"code": code}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def testbank(request: ShopRequest, reference: str) -> HttpResponse:
    """`/testbank/<reference>/`: the test bank's page. Its buttons call the shop as its web hook would be called.

    It takes calls of an order in any state: that is how a payment comes late, or once more.
    """
    payment = payment_referenced(provider=_TESTBANK, reference=reference)
    if payment is None or _TESTBANK not in settings.SHOP_PAYMENT_PROVIDERS:
        raise Http404
    if request.method == "POST":
        for is_paid in _CALLS.get(request.POST.get("call", ""), []):
            body = notice_body(payment, is_paid=is_paid)
            carry_out(_TESTBANK, body, {SIGNATURE: signature_of(body)})
        response: HttpResponse = HttpResponseRedirect(address_of(request, payment.order), status=303)
    else:
        context = {"payment": payment, "order": payment.order, "back": address_of(request, payment.order)}
        response = render(request, "shop/testbank.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
