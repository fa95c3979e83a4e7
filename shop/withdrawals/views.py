"""The withdrawal function (Directive 2011/83/EU, Art. 11a): find the order, choose, confirm, and see what follows."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from orders.models import Order
from shop.accounts.shoppers import ShopRequest
from shop.cart.posted import BadKey, posted_key
from shop.orders.finding import Lookup, look_up
from shop.orders.views import OrderUrls
from shop.withdrawals.forms import WithdrawalForm
from withdrawals.emails import facts_of, withdraw_path
from withdrawals.selectors import Right, orders_to_withdraw_from, right_of, withdrawal_of
from withdrawals.services import declare_withdrawal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: ShopRequest) -> HttpResponse:
    """`/withdraw/`, which each page leads to: by number and e-mail address; a customer's own orders are named."""
    mine = orders_to_withdraw_from(request.user) if request.user.is_authenticated else []
    page = Lookup(
        title=_("Withdraw from contract here"),
        lead=_("Both are in each of our e-mails about the order. You need not give a reason."),
        button=_("Go on"),
        path_of=withdraw_path,
        template="shop/withdraw_find.html",
        more={"orders": mine},
    )
    return look_up(request, page)


@require_safe
def choose(request: ShopRequest, order: Order, urls: OrderUrls) -> HttpResponse:
    """`…/withdraw/`: what to withdraw from."""
    right = right_of(order)
    return _choose(request, order, urls, right, WithdrawalForm(order, right))


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: ShopRequest, order: Order, urls: OrderUrls) -> HttpResponse:
    """`…/withdraw/confirm/`: says again what was chosen; its only button, a POST with `key`, declares it."""
    if request.method == "POST":
        return _declare(request, order, urls)
    right = right_of(order)
    form = WithdrawalForm(order, right, request.GET)
    if right.is_over(timezone.now()) or not form.is_valid():
        return _choose(request, order, urls, right, form, status=400)
    return render(request, "shop/withdraw_confirm.html", {"order": order, "urls": urls, "form": form})


def _declare(request: ShopRequest, order: Order, urls: OrderUrls) -> HttpResponse:
    right = right_of(order)
    form = WithdrawalForm(order, right, request.POST)
    withdrawal = None
    try:
        key = posted_key(request)
        if key is None:
            raise BadKey
        # Sent twice: what was withdrawn from is not among the lines of the form any more.
        withdrawal = withdrawal_of(order, idempotency_key=key)
        if withdrawal is None and form.is_valid():
            name = form.cleaned_data["name"]
            withdrawal = declare_withdrawal(order_id=order.pk, units=form.units, name=name, idempotency_key=key)
    except ValidationError as refusal:
        form.add_error(None, refusal)
    if withdrawal is None:
        return _choose(request, order, urls, right, form, status=400)
    return HttpResponseRedirect(urls.withdrawn(withdrawal.pk), status=303)


@require_safe
def declared(request: ShopRequest, order: Order, urls: OrderUrls, withdrawal: int) -> HttpResponse:
    """`…/withdraw/<id>/`: what was declared, when, and what follows."""
    found = withdrawal_of(order, pk=withdrawal)
    if found is None:
        raise Http404
    return render(request, "shop/withdraw_declared.html", {"order": order, "urls": urls, **facts_of(found)})


def _choose(
    request: ShopRequest, order: Order, urls: OrderUrls, right: Right, form: WithdrawalForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "order": order,
        "urls": urls,
        "right": right,
        "is_over": right.is_over(timezone.now()),
        "form": form,
        "withdrawals": order.withdrawals.all(),
    }
    return render(request, "shop/withdraw.html", context, status=status)
