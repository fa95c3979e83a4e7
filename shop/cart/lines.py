"""Views that change the lines of the cart. Every id is looked up in the owner's cart, so nobody changes another's."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cart.errors import LineNotFound, TooEarlyToExtend
from cart.models import Cart, CartItem
from cart.owners import Owner
from cart.selectors import line_exists
from cart.services import extend_own_holds, reclaim_line, reclaim_lines, remove_line, set_line_quantity
from cart.services.reclaim import Reclaimed
from inventory.errors import VariantUnavailable
from shop.accounts.sessions import log_in_again, session_is_over
from shop.accounts.shoppers import ShopRequest
from shop.cart.posted import posted_key, posted_quantity
from shop.cart.refusals import problem_of
from shop.cart.undo import undo_tag
from shop.cart.views import RefusedChange, cart_page, contents_of, to_cart
from shop.catalog.selectors import variant_with_product
from shop.wording import at_most_a_few, clock_time, full_name, line_price_change

LineView = Callable[[ShopRequest, int], HttpResponse]


def _after_a_session(view: LineView) -> LineView:
    """Where a line is not found because its customer is no longer logged in, lead to the log-in."""

    @wraps(view)
    def wrapper(request: ShopRequest, line_id: int) -> HttpResponse:
        try:
            return view(request, line_id)
        except Http404:
            if session_is_over(request, line_id=line_id):
                return log_in_again(request, "shop:cart")
            raise

    return wrapper


@never_cache
@require_POST
@_after_a_session
def set_quantity(request: ShopRequest, line_id: int) -> HttpResponse:
    """`POST /cart/lines/<id>/` with `quantity`, the units that the line is to have. 0 removes it, as `remove` does."""

    def change(owner: Owner) -> Cart:
        quantity = posted_quantity(request)
        return set_line_quantity(owner=owner, item_id=line_id, quantity=quantity, idempotency_key=posted_key(request))

    return _change(request, line_id, change)


@never_cache
@require_POST
@_after_a_session
def reclaim(request: ShopRequest, line_id: int) -> HttpResponse:
    """`POST /cart/lines/<id>/retake/`: hold the units of a line again whose hold expired."""

    def change(owner: Owner) -> Cart:
        return reclaim_line(owner=owner, item_id=line_id, idempotency_key=posted_key(request))

    return _change(request, line_id, change)


@never_cache
@require_POST
def reclaim_all(request: ShopRequest) -> HttpResponse:
    """`POST /cart/retake/`: hold all lines again whose hold expired. What cannot be had is said beside its line."""
    owner = request.shopper.owner
    try:
        done = reclaim_lines(owner=owner, idempotency_key=posted_key(request)) if owner else Reclaimed()
    except ValidationError as error:
        return _not_done(request, error)
    if done.lines:
        count = len(done.lines)
        text = ngettext("%(count)d item is held for you again.", "%(count)d items are held for you again.", count)
        messages.success(request, text % {"count": count})
    for text in at_most_a_few([line_price_change(line) for line in done.lines if line.price_before is not None]):
        messages.warning(request, text)
    if not done.refused:
        return to_cart(request)
    contents = contents_of(request)
    problems = {change.variant_id: problem_of(change.error) for change in done.refused}
    refused = [
        RefusedChange(line.pk, None, problems[line.product_variant_id])
        for line in contents.lines
        if line.product_variant_id in problems
    ]
    return cart_page(request, contents, refused=refused, status=409)


@never_cache
@require_POST
@_after_a_session
def remove(request: ShopRequest, line_id: int) -> HttpResponse:
    """`POST /cart/lines/<id>/remove/`. Removing a line that is gone is no error; a line of others is 404."""
    try:
        item = remove_line(owner=_owner(request), item_id=line_id)
    except LineNotFound as error:
        return _gone(request, line_id, error)
    _say_removed(request, item)
    return to_cart(request)


@never_cache
@require_POST
def extend(request: ShopRequest) -> HttpResponse:
    """`POST /cart/keep/`: extend each live hold that may still be extended."""
    owner = request.shopper.owner
    try:
        extended = extend_own_holds(owner=owner, idempotency_key=posted_key(request)) if owner else 0
    except TooEarlyToExtend as error:
        text = _("Nothing was used up: you can extend from %(time)s on, and then for the whole time again.")
        messages.info(request, text % {"time": clock_time(error.possible_from)})
        return to_cart(request)
    except ValidationError as error:
        return _not_done(request, error)
    if extended:
        text = ngettext("%(count)d item is held for longer.", "%(count)d items are held for longer.", extended)
        messages.success(request, text % {"count": extended})
    return to_cart(request)


def _not_done(request: ShopRequest, error: ValidationError) -> HttpResponse:
    """The cart as it is, with the refusal above it: it concerns no single line."""
    problem = problem_of(error)
    messages.error(request, problem.text)
    return cart_page(request, contents_of(request), status=problem.status)


def _change(request: ShopRequest, line_id: int, change: Callable[[Owner], Cart]) -> HttpResponse:
    try:
        cart = change(_owner(request))
    except LineNotFound as error:
        if request.POST.get("quantity") == "0":
            return _gone(request, line_id, error)
        raise Http404 from error
    except (ValidationError, VariantUnavailable) as error:
        return _refused(request, line_id, error)
    if cart.removed_line:
        _say_removed(request, cart.removed_line)
    elif cart.changed_line and (text := line_price_change(cart.changed_line)):
        messages.warning(request, text)
    return to_cart(request)


def _say_removed(request: ShopRequest, item: CartItem) -> None:
    text = _("%(name)s removed.") % {"name": full_name(variant_with_product(item.product_variant_id))}
    messages.success(request, text, extra_tags=undo_tag(item))


def _gone(request: ShopRequest, line_id: int, error: LineNotFound) -> HttpResponse:
    """The answer to the removal of a line that the shopper's cart does not have: the cart, unless it is another's."""
    if line_exists(line_id):
        raise Http404 from error
    return to_cart(request)


def _refused(request: ShopRequest, line_id: int, error: ValidationError | VariantUnavailable) -> HttpResponse:
    """The cart as it is, with the refusal beside the line's field, which still shows what was typed."""
    contents = contents_of(request)
    held = {line.pk: line.reserved_quantity for line in contents.lines}
    if line_id not in held:
        raise Http404
    problem = problem_of(error, held=held[line_id])
    refused = RefusedChange(line_id, request.POST.get("quantity"), problem)
    return cart_page(request, contents, refused=[refused], status=problem.status)


def _owner(request: ShopRequest) -> Owner:
    owner = request.shopper.owner
    if owner is None:
        raise Http404
    return owner
