"""The page of a step: it shows the order, asks what has to be known, does it, or says why not and what is possible."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.admin.agreement import ask_again, questions_of
from core.errors import Busy
from core.text import counted
from orders.admin.actions import MOST_AT_ONCE, STEPS, Step, open_steps
from orders.models import Order

_BUSY = "Others are at this order just now. Nothing was changed: send it again in a moment."


def take_step(model_admin: Any, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
    """GET asks. POST does it, or asks once more, and goes to the order's page, where a refusal is told too."""
    order, step = model_admin.get_object(request, object_id), STEPS[name]
    if order is None:
        raise Http404
    if request.method != "POST" and not step.is_open(order):
        return _refuse(request, order, f"This order is {order.get_state_display().lower()}.")
    form = step.form(order, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            messages.success(request, step.act(order, form.cleaned_data, cast(User, request.user)))
            return _page_of(order)
        except ValidationError as refusal:
            order.refresh_from_db()
            return _refuse(request, order, " ".join(refusal.messages))
        except Busy:
            form.add_error(None, _BUSY)
    if questions := questions_of([form]):
        return ask_again(model_admin, request, questions, back=reverse("admin:orders_order_change", args=[order.pk]))
    return _ask(model_admin, request, step, form, [order])


def ship_chosen(model_admin: Any, request: HttpRequest, rows: QuerySet[Order]) -> HttpResponse:
    """Ship several orders with one note, each in a transaction of its own; those that cannot be shipped are named."""
    orders, step = list(rows.order_by("pk")[: MOST_AT_ONCE + 1]), STEPS["ship"]
    if len(orders) > MOST_AT_ONCE:
        messages.error(request, f"Nothing was shipped: please choose at most {MOST_AT_ONCE} orders at a time.")
        return redirect(request.get_full_path())
    form = step.form(orders[0], request.POST if "reason" in request.POST else None)
    if not form.is_valid():
        return _ask(model_admin, request, step, form, orders)
    left = [order for order in orders if not _did(request, step, order, form.cleaned_data)]
    if shipped := len(orders) - len(left):
        done = counted(shipped, "order is shipped; its customer is", "orders are shipped; their customers are")
        messages.success(request, f"{done} told by e-mail.")
    if left:
        named = ", ".join(f"{order} ({order.get_state_display().lower()})" for order in left)
        messages.warning(request, f"Not shipped, since only paid orders are: {named}.")
    return redirect("admin:orders_order_changelist")


def _did(request: HttpRequest, step: Step, order: Order, said: dict[str, Any]) -> bool:
    if not step.is_open(order):
        return False
    try:
        step.act(order, said, cast(User, request.user))
    except (ValidationError, Busy):
        order.refresh_from_db()
        return False
    return True


def _refuse(request: HttpRequest, order: Order, why: str) -> HttpResponse:
    titles = ", ".join(f"“{STEPS[name].title}”" for name in open_steps(order))
    possible = f"Possible with it now: {titles}." if titles else "Nothing more can be done with it."
    messages.error(request, f"{why} Nothing was changed. {possible}")
    return _page_of(order)


def _page_of(order: Order) -> HttpResponse:
    return redirect("admin:orders_order_change", order.pk)


def _ask(model_admin: Any, request: HttpRequest, step: Step, form: Any, orders: list[Order]) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"{step.title}: {orders[0]}" if len(orders) == 1 else f"{step.title}: {len(orders)} orders",
        "step": step,
        "consequence": step.consequence(orders[0]),
        "orders": orders,
        "form": form,
        "action": request.POST.get("action", ""),
    }
    return render(request, "orders/admin/step.html", context, status=422 if form.errors else 200)
