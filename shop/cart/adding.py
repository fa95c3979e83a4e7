"""Add to cart: the form of the list and of the product page, and clients that speak JSON."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cart.errors import GuestTokenRetired
from cart.models import Cart
from cart.services import add_product_to_cart
from core.ratelimit import ADDS, seconds_to_wait
from inventory.errors import VariantUnavailable
from inventory.models import ProductVariant
from shop.accounts.shoppers import ShopRequest
from shop.cart.posted import posted_key, posted_next, posted_quantity, posted_variant_id
from shop.cart.refusals import problem_of
from shop.catalog.offers import Offer
from shop.catalog.product import AddForm, product_page, shown
from shop.catalog.selectors import offer_with_variant, variant_with_product
from shop.htmx import part, wants_part
from shop.pages.errors import Notice, answer, wants_json
from shop.wording import counted, line_price


@never_cache
@require_POST
def add(request: ShopRequest) -> HttpResponse:
    """`POST /cart/add/` with `variant`, `quantity`, `key` (or the header Idempotency-Key) and `next`."""
    if wait := seconds_to_wait(request, ADDS):
        return answer(request, _too_fast(wait), offer_again=True)
    try:
        return _try(request)
    except (Http404, VariantUnavailable) as error:
        if wants_json(request):
            return JsonResponse({"code": "not_found", "message": _("We do not sell this.")}, status=404)
        raise Http404 from error


def _try(request: ShopRequest) -> HttpResponse:
    variant_id = posted_variant_id(request)
    request.shopper.ensure_guest()
    try:
        cart, quantity = _add(request, variant_id)
    except GuestTokenRetired:
        return _cart_has_moved(request)
    except ValidationError as error:
        return _refused(request, variant_id, error)
    variant = cart.changed_line.product_variant if cart.changed_line else variant_with_product(variant_id)
    return _added(request, variant, quantity, cart)


def _add(request: ShopRequest, variant_id: int) -> tuple[Cart, int]:
    quantity = posted_quantity(request)
    cart = add_product_to_cart(
        request.user,
        variant_id,
        quantity,
        guest_token=request.shopper.guest_token,
        idempotency_key=posted_key(request),
    )
    return cart, quantity


def _added(request: ShopRequest, variant: ProductVariant, quantity: int, cart: Cart) -> HttpResponse:
    """The same status and address for a repeated request as for the first; only the words differ."""
    line = cart.changed_line
    text = _("%(goods)s added.") if line else _("%(goods)s already in your cart. Add again?")
    text %= {"goods": counted(quantity, variant)}
    if line:
        text = f"{text} {line_price(line)}"
    if wants_json(request):
        price = str(line.price) if line else None
        return JsonResponse({"code": "added", "message": text, "replayed": cart.was_replayed, "price": price})
    messages.success(request, text, extra_tags="to-cart")
    if wants_part(request):
        return _part(request, variant.pk)
    return HttpResponseRedirect(posted_next(request) or variant.get_absolute_url(), status=303)


def _refused(request: ShopRequest, variant_id: int, error: ValidationError) -> HttpResponse:
    offer = offer_with_variant(variant_id, request.shopper.owner)
    if offer is None:
        raise Http404
    problem = problem_of(error)
    if wants_json(request):
        return JsonResponse(problem.as_json(), status=problem.status)
    form = AddForm(variant_id, request.POST.get("quantity", ""), posted_next(request), problem)
    if not wants_part(request):
        return product_page(request, offer, form)
    if _is_card(request):
        messages.error(request, f"{offer.product.name}: {problem.text}")
    return _shown(request, offer, form)


def _part(request: ShopRequest, variant_id: int) -> HttpResponse:
    """The form anew, with a key of its own and what is free now."""
    offer = offer_with_variant(variant_id, request.shopper.owner)
    if offer is None:
        raise Http404
    return _shown(request, offer, AddForm(variant_id, next=posted_next(request)))


def _shown(request: ShopRequest, offer: Offer, form: AddForm) -> HttpResponse:
    status = form.problem.status if form.problem else 200
    template = "shop/_card_answer.html" if _is_card(request) else "shop/_add_answer.html"
    return part(request, template, shown(offer, form), status=status)


def _is_card(request: ShopRequest) -> bool:
    """Whether the form is one of a list's cards; a card has no field, so it tells of refusals in a message."""
    return (request.htmx.target or "").startswith("product-")


def _cart_has_moved(request: ShopRequest) -> HttpResponse:
    """A late request of a page from before the log-in. A new guest cart would swallow its units, so it is refused."""
    request.shopper.forget_guest()
    text = _("This cart has moved to the account you logged in to. Nothing was added; please try again from there.")
    return answer(request, Notice(409, "cart_moved", _("Your cart has moved"), text, to_cart=True))


def _too_fast(wait: int) -> Notice:
    text = _("You are adding faster than we can pack. Nothing was added; please try again in a moment.")
    return Notice(429, "too_many_adds", _("Not so fast"), text, retry_after=wait)
