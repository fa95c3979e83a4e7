"""`ListingAction` and `SaleAction`: products and variants put on sale or taken off, many at once."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.admin.confirmation import Question, ask_reason
from core.admin.decorators import action
from core.text import counted
from inventory.models import Product, ProductVariant
from inventory.services.on_sale import activate_variants, list_products

MOST = 400  # rows at once, as for prices: each is a field of the page that asks

_LIST = Question("List products", "Shoppers will find these products.", "List them", asks_reason=False)
_HIDE = Question("Hide products", "Shoppers will not find these products. Carts keep them.", "Hide them", False)
_SELL = Question("Put variants on sale", "Shoppers can buy these variants.", "Put them on sale", asks_reason=False)
_STOP = Question("Take variants off sale", "Nobody can add them. Carts keep what they hold.", "Take them off", False)


class ListingAction:
    """The actions for the admin of products."""

    @action(description="List…", permissions=["change"])
    def list_chosen(self, request: HttpRequest, rows: QuerySet[Product]) -> HttpResponse:
        return self._list(request, rows, _LIST, listed=True)

    @action(description="Hide from shoppers…", permissions=["change"])
    def hide_chosen(self, request: HttpRequest, rows: QuerySet[Product]) -> HttpResponse:
        return self._list(request, rows, _HIDE, listed=False)

    def _list(self, request: HttpRequest, rows: QuerySet[Product], question: Question, *, listed: bool) -> HttpResponse:
        def act(ids: list[int]) -> int:
            return list_products(product_ids=ids, listed=listed, actor=cast(User, request.user))

        return _ask(self, request, rows, question, act)


class SaleAction:
    """The actions for the admin of variants."""

    @action(description="Put on sale…", permissions=["change"])
    def sell_chosen(self, request: HttpRequest, rows: QuerySet[ProductVariant]) -> HttpResponse:
        return self._sell(request, rows, _SELL, active=True)

    @action(description="Take off sale…", permissions=["change"])
    def stop_chosen(self, request: HttpRequest, rows: QuerySet[ProductVariant]) -> HttpResponse:
        return self._sell(request, rows, _STOP, active=False)

    def _sell(
        self, request: HttpRequest, rows: QuerySet[ProductVariant], question: Question, *, active: bool
    ) -> HttpResponse:
        def act(ids: list[int]) -> int:
            return activate_variants(variant_ids=ids, active=active, actor=cast(User, request.user))

        return _ask(self, request, rows, question, act)


def _ask(admin: Any, request: HttpRequest, rows: QuerySet[Any], question: Question, act: Any) -> HttpResponse:
    chosen = list(rows[: MOST + 1])
    if len(chosen) > MOST:
        messages.error(request, f"Nothing was changed: please choose at most {MOST} at a time.")
        return redirect(request.get_full_path())

    def answer(_reason: str) -> str:
        changed = act([row.pk for row in chosen])
        others = len(chosen) - changed
        return f"{changed} changed." + (f" {counted(others, 'was', 'were')} so already." if others else "")

    return ask_reason(admin, request, chosen, question, answer)
