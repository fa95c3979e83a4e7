"""The view `choose_country`: where delivery goes, as far as pages know before the address."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.countries import country_choices
from shop.accounts.shoppers import ShopRequest
from shop.cart.delivery import COUNTRY_COOKIE, remember_country
from shop.cart.views import cart_page, contents_of, to_cart


@never_cache
@require_POST
def choose_country(request: ShopRequest) -> HttpResponse:
    """`POST /cart/country/` with `country`, a code of ISO 3166."""
    country = request.POST.get("country", "")
    if country not in dict(country_choices()):
        messages.error(request, _("Please choose a country from the list: we deliver to no other."))
        return cart_page(request, contents_of(request), status=400)
    request.COOKIES[COUNTRY_COOKIE] = country  # for the answer to this request
    response = to_cart(request)
    remember_country(response, country)
    return response
