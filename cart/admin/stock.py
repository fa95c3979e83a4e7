"""Admin of a variant's stock: the page that explains and moves it, and the results of audits.

The page shows carts, so it lies here and not in `inventory.admin`.
"""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from cart.errors import HoldsInTheWay
from cart.models import CartItem, StockAudit
from cart.services import move_stock_past_holds
from cart.services.stock import Moved
from cart.stock_breakdown import stock_breakdown
from core.admin.base import ReadOnlyAdmin
from core.admin.decorators import action
from core.errors import Busy
from core.text import counted, date_and_time
from inventory.admin.variants import ProductVariantAdmin
from inventory.forms import StockForm
from inventory.models import ProductVariant, StockMovement

_BUSY = "Others are at this variant just now. Nothing was moved: send it again in a moment."


@admin.register(ProductVariant)
class VariantAdmin(ProductVariantAdmin):
    """The variant's own page, with a button to its stock."""

    actions_detail = ["stock"]

    @action(description="Stock: why, and move it", url_path="stock", permissions=["view"], icon="inventory_2")
    def stock(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET shows the stock. POST moves it, asks whether carts may lose units, or shows what is wrong."""
        variant = self.get_object(request, object_id)
        if variant is None:
            raise Http404
        if request.method != "POST":
            return self._explain(request, variant, StockForm.of(variant))
        if not self.has_move_permission(request):
            raise PermissionDenied
        form = StockForm(request.POST)
        if not form.is_valid():
            if form.was_tampered_with:
                form.keep_typed(variant, may_lose="")
            return self._explain(request, variant, form)
        return self._move(request, variant, form)

    def has_move_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("inventory.move_stock"))

    def _move(self, request: HttpRequest, variant: ProductVariant, form: StockForm) -> HttpResponse:
        if form.lines_agreed and not request.user.has_perm("cart.manage_holds"):
            raise PermissionDenied
        try:
            moved = move_stock_past_holds(
                variant_id=variant.pk,
                delta=form.cleaned_data["delta"],
                kind=form.kind,
                reason=form.cleaned_data["reason"],
                seen=form.seen,
                actor=cast(User, request.user),
                may_lose=form.lines_agreed,
            )
        except HoldsInTheWay as refusal:
            return self._ask(request, variant, form, refusal)
        except (ValidationError, Busy) as refusal:
            form.add_error(None, refusal if isinstance(refusal, ValidationError) else _BUSY)
            variant.refresh_from_db()
            form.keep_typed(variant, may_lose="")
            return self._explain(request, variant, form)
        self._note(request, variant, moved)
        return redirect(request.path)

    def _note(self, request: HttpRequest, variant: ProductVariant, moved: Moved) -> None:
        said = _in_words(moved)
        self.log_change(request, variant, f"{said} {moved.movement.reason}")
        messages.success(request, said)

    def _explain(self, request: HttpRequest, variant: ProductVariant, form: StockForm) -> HttpResponse:
        stock = stock_breakdown(variant)
        tables = {"ledger": ledger_table(stock.movements), "holds": holds_table(stock.holds)}
        numbers = [
            ("on-hand", "On hand", variant.on_hand),
            ("held", "Held by carts", variant.reserved_quantity),
            ("free", "Free", variant.stock_quantity),
        ]
        return self._page(request, "cart/admin/stock.html", variant, form, stock=stock, numbers=numbers, **tables)

    def _ask(
        self, request: HttpRequest, variant: ProductVariant, form: StockForm, refusal: HoldsInTheWay
    ) -> HttpResponse:
        """Show the carts that would lose their hold, and ask; again if they are others than staff agreed to."""
        variant.refresh_from_db()
        changed = bool(form.lines_agreed)
        form.keep_typed(variant, may_lose=",".join(str(line.pk) for line in refusal.lines))
        facts = {
            "lines": refusal.lines,
            "holds": holds_table(refusal.lines),
            "changed": changed,
            "taken": -form.cleaned_data["delta"],
            "lost": sum(line.reserved_quantity for line in refusal.lines),
            "may_confirm": request.user.has_perm("cart.manage_holds"),
        }
        return self._page(request, "cart/admin/lowering.html", variant, form, **facts)

    def _page(
        self, request: HttpRequest, template: str, variant: ProductVariant, form: StockForm, **facts: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Stock of {variant}",
            "opts": self.opts,
            "original": variant,
            "variant": variant,
            "form": form,
            "may_move": self.has_move_permission(request),
            **facts,
        }
        return render(request, template, context)


def _in_words(moved: Moved) -> str:
    movement = moved.movement
    before = movement.balance_after - movement.delta
    said = f"{movement.get_kind_display()}: {movement.delta:+d}, {before} → {movement.balance_after} on hand."
    if not movement.delta:
        said = f"{movement.get_kind_display()}: {before} on hand, as expected."
    if not moved.lost:
        return said
    carts = ", ".join(
        f"cart {line.cart_id} ({counted(line.reserved_quantity, 'unit', 'units')})" for line in moved.lost
    )
    return f"{said} {counted(len(moved.lost), 'cart lost its hold', 'carts lost their holds')}: {carts}."


def ledger_table(movements: Iterable[StockMovement]) -> dict[str, Any]:
    """The latest movements, each with the units on hand after it. No query if the actors were fetched."""
    headers = ["When", "Kind", "Units", "On hand after", "Why", "Who"]
    return {"headers": headers, "rows": [_movement(movement) for movement in movements]}


def _movement(movement: StockMovement) -> list[Any]:
    why = f"{movement.reason} ({movement.cause})" if movement.cause else movement.reason
    return [
        date_and_time(movement.created_at),
        movement.get_kind_display(),
        f"{movement.delta:+d}",
        movement.balance_after,
        why,
        movement.actor or "nobody",
    ]


def holds_table(lines: Iterable[CartItem]) -> dict[str, Any]:
    """Lines that hold units, each with its cart. No query if carts and users were fetched."""
    headers = ["Cart", "Shopper", "Units", "In the cart since", "Held until"]
    return {"headers": headers, "rows": [_hold(line) for line in lines]}


def _hold(line: CartItem) -> list[Any]:
    address = reverse("admin:cart_cart_change", args=[line.cart_id])
    cart = format_html('<a class="underline" href="{}">{}</a>', address, line.cart)
    until = date_and_time(line.reserved_until) if line.reserved_until else ""
    return [
        cart,
        line.cart.user or "A guest",
        line.reserved_quantity,
        date_and_time(line.created_at),
        until if line.is_live else f"{until}, ran out",  # type: ignore[attr-defined]
    ]


@admin.register(StockAudit)
class StockAuditAdmin(ReadOnlyAdmin):
    """The last 90 days of audits, the newest first."""

    list_display = ["ran_at", "variants_checked", "difference_count", "left_count"]
