"""`run_action` and `ship_chosen`, the pages before an action on orders."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.admin.confirmation import ask_again, questions_of
from core.errors import Busy
from core.text import counted
from orders.admin.actions import ACTIONS, MOST_AT_ONCE, OrderAction, open_actions
from orders.admin.forms import NoteForm
from orders.models import Order

_ALL_LEAVE = "All that waits of these orders leaves. Each customer gets an e-mail with the note."
_BUSY = "Others are at this order just now. Nothing was changed: send it again in a moment."


def run_action(model_admin: Any, request: HttpRequest, object_id: str, action: OrderAction) -> HttpResponse:
    """Ask on GET. On POST act, or ask once more, and go to the order's page, which also shows a refusal."""
    order = model_admin.get_object(request, object_id)
    if order is None:
        raise Http404
    if request.method != "POST" and not action.is_open(order):
        return _refuse(request, order, f"This order is {order.get_state_display().lower()}.")
    form = action.form(order, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            messages.success(request, action.act(order, form.cleaned_data, cast(User, request.user)))
            return _page_of(order)
        except ValidationError as refusal:
            order.refresh_from_db()
            return _refuse(request, order, " ".join(refusal.messages))
        except Busy:
            form.add_error(None, _BUSY)
    if questions := questions_of([form]):
        return ask_again(model_admin, request, questions, back=reverse("admin:orders_order_change", args=[order.pk]))
    return _ask(model_admin, request, action, form, [order])


def ship_chosen(model_admin: Any, request: HttpRequest, rows: QuerySet[Order]) -> HttpResponse:
    """Ship several orders with one note, each in its own transaction. Those that cannot be shipped are named."""
    orders, action = list(rows.order_by("pk")[: MOST_AT_ONCE + 1]), ACTIONS["ship"]
    if len(orders) > MOST_AT_ONCE:
        messages.error(request, f"Nothing was shipped: please choose at most {MOST_AT_ONCE} orders at a time.")
        return redirect(request.get_full_path())
    form = NoteForm(orders[0], request.POST if "reason" in request.POST else None)
    if not form.is_valid():
        return _ask(model_admin, request, action, form, orders)
    left = [order for order in orders if not _did(request, action, order, form.cleaned_data)]
    if shipped := len(orders) - len(left):
        done = counted(shipped, "order is shipped; its customer is", "orders are shipped; their customers are")
        messages.success(request, f"{done} told by e-mail.")
    if left:
        named = ", ".join(f"{order} ({order.get_state_display().lower()})" for order in left)
        messages.warning(request, f"Not shipped, since only paid orders are: {named}.")
    return redirect("admin:orders_order_changelist")


def _did(request: HttpRequest, action: OrderAction, order: Order, said: dict[str, Any]) -> bool:
    if not action.is_open(order):
        return False
    try:
        action.act(order, said, cast(User, request.user))
    except (ValidationError, Busy):
        order.refresh_from_db()
        return False
    return True


def _refuse(request: HttpRequest, order: Order, why: str) -> HttpResponse:
    titles = ", ".join(f"“{ACTIONS[name].title}”" for name in open_actions(order))
    possible = f"Possible with it now: {titles}." if titles else "Nothing more can be done with it."
    messages.error(request, f"{why} Nothing was changed. {possible}")
    return _page_of(order)


def _page_of(order: Order) -> HttpResponse:
    return redirect("admin:orders_order_change", order.pk)


def _ask(model_admin: Any, request: HttpRequest, action: OrderAction, form: Any, orders: list[Order]) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"{action.title}: {orders[0]}" if len(orders) == 1 else f"{action.title}: {len(orders)} orders",
        "order_action": action,
        "consequence": action.consequence(orders[0]) if len(orders) == 1 else _ALL_LEAVE,
        "orders": orders,
        "form": form,
        "action": request.POST.get("action", ""),
    }
    return render(request, "orders/admin/action.html", context, status=422 if form.errors else 200)
