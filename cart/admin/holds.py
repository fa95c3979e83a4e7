"""Admin of holds, which staff release or extend with a reason; and the words about holds that carts show too."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from cart.models import Cart, CartItem
from cart.services import extend_holds, release_holds
from core.admin.base import ReadOnlyAdmin
from core.admin.confirmation import Question, ask_reason
from core.admin.decorators import action, display, money_column
from core.admin.filters import ChoiceFilter, Choices, any_of, row_id
from core.text import counted

SOON = timedelta(minutes=10)
LIVE, ENDS_SOON, EXPIRED = "live", "ends soon", "run out"
HOLD_COLOURS = {LIVE: "success", ENDS_SOON: "warning", EXPIRED: "danger"}  # of django-unfold's labels


def shopper_of(cart: Cart) -> str:
    """The customer's name, or "Guest". The token stays out of pages, since it gives access to the cart."""
    return cart.user.get_username() if cart.user else "Guest"


def shoppers_named(typed: str) -> QuerySet[User]:
    """Customers whose user name begins so, or who have this e-mail address, in any case."""
    return User.objects.filter(Q(username__istartswith=typed) | Q(email__iexact=typed))


def state_of(line: CartItem) -> str:
    """Whether the line's units are held, by this process's clock. Display only: no service reads it."""
    left = (line.reserved_until - timezone.now()) if line.reserved_until else timedelta(0)
    if left <= timedelta(0):
        return EXPIRED
    return ENDS_SOON if left <= SOON else LIVE


MOST_AT_ONCE = 200  # each one is locked, saved and logged in one transaction

_RELEASE = Question(
    title="Release holds",
    consequence="The units go back to the shelf at once. The lines stay in their carts, and their shoppers see that "
    "they are no longer held.",
    button="Release",
)
_EXTEND = Question(
    title="Extend holds",
    consequence="Each hold lasts a whole hold's life from now. It does not use up the shopper's own extensions. Holds "
    "that have ended, and goods no longer sold, are left as they are.",
    button="Extend",
)


_LIVE = Q(reserved_quantity__gt=0, reserved_until__gt=Now())


class HoldFilter(ChoiceFilter):
    """Lines by their hold; by default those with a live one."""

    title = "hold"
    parameter_name = "hold"
    default = ("Live", _LIVE)

    def options(self) -> Choices:
        ended = Q(reserved_quantity=0) | Q(reserved_until__lte=Now())
        return {
            "soon": ("Ending within 10 minutes", _LIVE & Q(reserved_until__lte=Now() + SOON)),
            "ended": ("Run out", ended & Q(cart__status=Cart.Status.OPEN)),
            "all": ("All lines of carts", Q()),
        }


@admin.register(CartItem)
class CartItemAdmin(ReadOnlyAdmin):
    list_display = ["product_variant", "shopper", "cart", "quantity", "state", "reserved_until"]
    list_filter = [HoldFilter, ("cart__user", admin.EmptyFieldListFilter)]
    list_select_related = ["cart__user", "product_variant"]
    search_fields = ["cart__id"]  # that there is a search at all; see `get_search_results`
    search_help_text = "The number of a cart, the beginning of an SKU or of a user name, or an e-mail address"
    fields = [
        ("product_variant", "cart"),
        ("quantity", "each", "in_all"),
        ("reserved_quantity", "reserved_until", "hold_extensions"),
    ]
    readonly_fields = ["each", "in_all"]
    each, in_all = money_column("price", "Price"), money_column("total_price", "Total")
    actions = ["release", "extend", "export_csv"]
    actions_row = ["release_one", "extend_one"]
    actions_detail = ["release_one", "extend_one"]

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """Holds that end first, or the newest lines; each order has an index."""
        match request.GET.get(HoldFilter.parameter_name):
            case "ended":
                # Only few carts are open, so this order lets PostgreSQL go from open carts to their lines.
                return ["-cart_id", "-id"]
            case "all":
                return ["-id"]
        return ["reserved_until", "id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[CartItem], search_term: str
    ) -> tuple[QuerySet[CartItem], bool]:
        term, lines = search_term.strip(), CartItem.objects
        if not term:
            return queryset, False
        by_sku = lines.filter(product_variant__sku__istartswith=term)
        by_name = lines.filter(cart__user__in=shoppers_named(term))
        return any_of(queryset, by_sku, by_name, lines.filter(cart=row_id(term))), False

    def has_manage_holds_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("cart.manage_holds")

    @display(description="Shopper", ordering="cart__user__username")
    def shopper(self, line: CartItem) -> str:
        return shopper_of(line.cart)

    @display(description="Hold", label=HOLD_COLOURS)
    def state(self, line: CartItem) -> str:
        return state_of(line)

    @action(description="Release holds…", permissions=["manage_holds"])
    def release(self, request: HttpRequest, rows: QuerySet[CartItem]) -> HttpResponse:
        return self._ask(request, rows, _RELEASE, release_holds)

    @action(description="Extend holds…", permissions=["manage_holds"])
    def extend(self, request: HttpRequest, rows: QuerySet[CartItem]) -> HttpResponse:
        return self._ask(request, rows, _EXTEND, extend_holds)

    @action(description="Release…", url_path="release", permissions=["manage_holds"], icon="lock_open")
    def release_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(request, self._one(request, object_id), _RELEASE, release_holds)

    @action(description="Extend…", url_path="extend", permissions=["manage_holds"], icon="more_time")
    def extend_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ask(request, self._one(request, object_id), _EXTEND, extend_holds)

    def _one(self, request: HttpRequest, object_id: str) -> QuerySet[CartItem]:
        line = self.get_object(request, object_id)
        if line is None:
            raise Http404
        return CartItem.objects.filter(pk=line.pk)

    def _ask(
        self, request: HttpRequest, rows: QuerySet[CartItem], question: Question, service: Callable[..., list[CartItem]]
    ) -> HttpResponse:
        ids = list(rows.values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        if len(ids) > MOST_AT_ONCE:
            messages.error(request, f"Nothing was changed: please choose at most {MOST_AT_ONCE} holds at a time.")
            return redirect(request.get_full_path())

        # Chosen lines that the list's filter no longer shows count as unchanged.
        asked = max(len(ids), len(request.POST.getlist(ACTION_CHECKBOX_NAME)))

        def act(reason: str) -> str:
            changed = service(line_ids=ids, actor=request.user, reason=reason)
            return _told(question, done=len(changed), left=asked - len(changed))

        chosen = CartItem.objects.filter(pk__in=ids).select_related("product_variant", "cart__user")
        return ask_reason(self, request, chosen, question, act, describe=_described)


def _described(line: CartItem) -> str:
    return f"{line}: {shopper_of(line.cart)}, {state_of(line)}"


def _told(question: Question, *, done: int, left: int) -> str:
    what = f"{question.title}: {done} done."
    if not left:
        return what
    as_they_were = counted(left, "left as it was: it had", "left as they were: they had")
    return f"{what} {as_they_were} ended, or could not be changed."
