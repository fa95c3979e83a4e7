"""`add`: adding to the cart, from a card of a list, from the product's page, and by clients that speak JSON."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cart.errors import GuestTokenRetired
from cart.models import Cart
from cart.services import add_product_to_cart
from inventory.errors import VariantUnavailable
from inventory.models import ProductVariant
from shop.accounts.shoppers import ShopRequest
from shop.cart.posted import posted_key, posted_next, posted_quantity, posted_variant_id
from shop.cart.refusals import problem_of, too_many_adds
from shop.catalog.offers import Offer
from shop.catalog.selectors import offer_with_variant, page_offer_with_variant, variant_with_product
from shop.catalog.views import AddForm, product_context, product_page
from shop.htmx import render_partial, wants_partial
from shop.pages.errors import ErrorPage, error_response, wants_json
from shop.wording import counted, line_price


@never_cache
@require_POST
def add(request: ShopRequest) -> HttpResponse:
    """`POST /cart/add/` with `variant`, `quantity`, `key` (or the header Idempotency-Key) and `next`."""
    if too_many := too_many_adds(request):
        return too_many
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
    """A repeated request gets the status and the address of the first one; only the words differ."""
    line = cart.changed_line
    text = _("%(goods)s added.") if line else _("%(goods)s already in your cart. Add again?")
    text %= {"goods": counted(quantity, variant)}
    if line:
        text = f"{text} {line_price(line)}"
    if wants_json(request):
        price = str(line.price) if line else None
        return JsonResponse({"code": "added", "message": text, "replayed": cart.was_replayed, "price": price})
    messages.success(request, text, extra_tags="to-cart")
    if wants_partial(request):
        return _new_form(request, variant.pk)
    return HttpResponseRedirect(posted_next(request) or variant.get_absolute_url(), status=303)


def _refused(request: ShopRequest, variant_id: int, error: ValidationError) -> HttpResponse:
    is_page = not (wants_json(request) or wants_partial(request))
    read = page_offer_with_variant if is_page else offer_with_variant
    offer = read(variant_id, request.shopper.owner)
    if offer is None:
        raise Http404
    problem = problem_of(error)
    if wants_json(request):
        return JsonResponse(problem.as_json(), status=problem.status)
    form = AddForm(variant_id, request.POST.get("quantity", ""), posted_next(request), problem)
    if is_page:
        return product_page(request, offer, form)
    if _is_card(request):
        messages.error(request, f"{offer.product.name}: {problem.text}")
    return _form_again(request, offer, form)


def _new_form(request: ShopRequest, variant_id: int) -> HttpResponse:
    """The form with a new key, and with what is free now."""
    offer = offer_with_variant(variant_id, request.shopper.owner)
    if offer is None:
        raise Http404
    return _form_again(request, offer, AddForm(variant_id, next=posted_next(request)))


def _form_again(request: ShopRequest, offer: Offer, form: AddForm) -> HttpResponse:
    status = form.problem.status if form.problem else 200
    template = "shop/_card_answer.html" if _is_card(request) else "shop/_add_answer.html"
    return render_partial(request, template, product_context(offer, form), status=status)


def _is_card(request: ShopRequest) -> bool:
    """Whether the form is on a card of a list. A card has no field, so a message tells of a refusal."""
    return (request.htmx.target or "").startswith("product-")


def _cart_has_moved(request: ShopRequest) -> HttpResponse:
    """Refuse a late request of a page from before the log-in: a new guest cart would take its units."""
    request.shopper.forget_guest()
    text = _("This cart has moved to the account you logged in to. Nothing was added; please try again from there.")
    return error_response(request, ErrorPage(409, "cart_moved", _("Your cart has moved"), text, to_cart=True))
