"""An order's pages (show, pay, cancel), by the signed link of the e-mail or in the account; and the list of orders."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orders.documents.download import pdf_answer
from orders.links import number_in
from orders.models import Document, Order, Payment
from orders.payments import Provider, providers
from orders.selectors import Parcel, document_file, order_numbered, orders_of, parcels_of
from orders.services import begin_payment, cancel_order
from orders.states import State
from shop.accounts.sessions import log_in_again
from shop.accounts.shoppers import ShopRequest
from shop.checkout.forms import PayForm
from shop.orders.payments import address_to_pay
from shop.paging import nearest_page, read_page

ORDERS_A_PAGE = 20


_ACTIONS = ("", "_pay", "_cancel", "_again", "_withdraw")


@dataclass(frozen=True)
class OrderUrls:
    """The addresses of an order's pages: by its signed link, or in the account, as the customer came to it."""

    page: str
    pay: str
    cancel: str
    again: str
    withdraw: str

    @classmethod
    def named(cls, route: str, argument: str) -> "OrderUrls":
        return cls(*(reverse(f"shop:{route}{action}", args=[argument]) for action in _ACTIONS))

    def withdrawn(self, withdrawal_id: int) -> str:
        """The address of a page about a withdrawal."""
        return f"{self.withdraw}{withdrawal_id}/"

    def document(self, number: str) -> str:
        """The address of the PDF of an invoice or a credit note."""
        return f"{self.page}documents/{number}.pdf"


_MAY_HAVE_LEFT = {State.PAID, State.SHIPPED, State.REFUNDED}


OrderView = Callable[..., HttpResponse]  # of a request, an order, its addresses, and what else is in the address


def by_link(view: OrderView) -> Callable[..., HttpResponse]:
    """The view of an order for whoever has its signed link.

    The link is a key, so no other site may learn it. Under `no-referrer` browsers would call the origin of our own
    forms "null", which the check against forged requests refuses; `same-origin` tells other sites just as little.
    """

    @never_cache
    @functools.wraps(view)
    def wrapper(request: ShopRequest, token: str, **more: Any) -> HttpResponse:
        number = number_in(token)
        order = order_numbered(number) if number else None
        if order is None:
            raise Http404
        response = view(request, order, OrderUrls.named("order", token), **more)
        response["Referrer-Policy"], response["X-Robots-Tag"] = "same-origin", "noindex"
        return response

    return wrapper


def in_account(view: OrderView) -> Callable[..., HttpResponse]:
    """The view of an order for the customer who placed it. Those of others are not found.

    Who sends a form after their session has ended comes back to the order's page: the log-in cannot send it again.
    """

    @never_cache
    @functools.wraps(view)
    def wrapper(request: ShopRequest, number: str, **more: Any) -> HttpResponse:
        urls = OrderUrls.named("account_order", number)
        if not request.user.is_authenticated:
            is_form = request.method == "POST"
            return log_in_again(request, urls.page) if is_form else redirect_to_login(request.get_full_path())
        order = order_numbered(number)
        if order is None or order.user_id != request.user.pk:
            raise Http404
        response = view(request, order, urls, **more)
        response["X-Robots-Tag"] = "noindex"
        return response

    return wrapper


@never_cache
@require_safe
@login_required
def order_list(request: ShopRequest) -> HttpResponse:
    """`/account/orders/`"""
    paginator = Paginator(orders_of(request.user), ORDERS_A_PAGE)  # type: ignore[arg-type]
    asked = read_page(request.GET.get("page", "1"))
    number = nearest_page(asked, paginator)
    if number != asked:
        return HttpResponseRedirect(f"?page={number}")
    return render(request, "shop/orders.html", {"page": paginator.page(number)})


@require_safe
def order_page(request: ShopRequest, order: Order, urls: OrderUrls) -> HttpResponse:
    """`/orders/<token>/` and `/account/orders/<number>/`"""
    parcels = parcels_of(order) if order.state in _MAY_HAVE_LEFT else []
    context = {
        "order": order,
        "urls": urls,
        "steps": _steps(order, parcels),
        "parcels": parcels,
        "downloads": _downloads(order, urls),
    }
    context["withdrawals"] = order.withdrawals.order_by("id") if order.state in _MAY_HAVE_LEFT else []
    context["is_part"] = order.state == State.PAID and bool(parcels)
    if order.state == State.PLACED:
        context |= _to_pay(order) | {"is_back_from_paying": "paid" in request.GET}
    return render(request, "shop/order.html", context)


@require_safe
def order_document(request: ShopRequest, order: Order, urls: OrderUrls, document: str) -> HttpResponse:
    """`…/documents/<number>.pdf`: an invoice or a credit note of the order, as it was issued."""
    file = document_file(order, document)
    if file is None:
        raise Http404
    return pdf_answer(file)


@require_http_methods(["GET", "HEAD", "POST"])
def order_cancel(request: ShopRequest, order: Order, urls: OrderUrls) -> HttpResponse:
    """`…/cancel/`: asks first; the POST cancels an order that is not paid."""
    if request.method != "POST":
        if order.state != State.PLACED:
            return HttpResponseRedirect(urls.page)
        return render(request, "shop/order_cancel.html", {"order": order, "urls": urls})
    try:
        cancel_order(order_id=order.pk, note=_("Asked for by the customer"))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Your order is cancelled."))
    return HttpResponseRedirect(urls.page, status=303)


@require_POST
def order_pay(request: ShopRequest, order: Order, urls: OrderUrls) -> HttpResponse:
    """`POST …/pay/`: with `payment`, on to the page of the pending one; with `provider`, by another payment."""
    if reference := request.POST.get("payment"):
        waiting = _pending(order)
        # Another tab may have chosen another way, or paid. The order's page shows what is to be done.
        asked = waiting if waiting and waiting.reference == reference else None
        address = address_to_pay(request, asked) if asked else None
        return HttpResponseRedirect(address or urls.page, status=303)
    form = PayForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["provider"][0]))
        return HttpResponseRedirect(urls.page, status=303)
    try:
        payment = begin_payment(order_id=order.pk, provider=form.cleaned_data["provider"])
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return HttpResponseRedirect(urls.page, status=303)
    return HttpResponseRedirect(address_to_pay(request, payment) or urls.page, status=303)


def _downloads(order: Order, urls: OrderUrls) -> list[tuple[str, str]]:
    """Title and address of each invoice and credit note of an order read by `order_numbered`."""
    rows: list[tuple[str, str]] = getattr(order, "document_rows")  # noqa: B009 - an annotation, unknown to mypy
    return [(f"{Document.Kind(kind).label} {number}", urls.document(number)) for kind, number in rows]


def _to_pay(order: Order) -> dict[str, Any]:
    """What the page of an unpaid order shows: the pending payment, if any, and how the newest one ended."""
    payments, pending = list(order.payments.all()), _pending(order)
    return {
        "last_payment": payments[0] if payments else None,
        "pending": pending,
        "pending_by": _provider_of(pending),
        "bank_details": settings.SHOP_BANK_DETAILS,
        "form": PayForm(),
    }


def _pending(order: Order) -> Payment | None:
    return next((each for each in order.payments.all() if each.status == Payment.Status.PENDING), None)


def _provider_of(payment: Payment | None) -> Provider | None:
    return next((each for each in providers() if payment and each.name == payment.provider), None)


def _steps(order: Order, parcels: list[Parcel]) -> list[dict[str, Any]]:
    """The order's transitions. Notes of payments and of corrections are for staff only; parcels show theirs."""
    told_elsewhere = {State.PAID, State.SHIPPED} if parcels else {State.PAID}
    return [
        {
            "state": State(step.to_state).label,
            "at": step.created_at,
            "note": "" if step.to_state in told_elsewhere or step.is_correction else step.note,
        }
        for step in order.transitions.all()
        if step.from_state != step.to_state
    ]
