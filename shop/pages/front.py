"""The first page: `home`, and `preview`, for staff who are writing it."""

import base64
from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cart.owners import Owner
from inventory.models import Category
from inventory.photos import read_photo
from inventory.selectors import CategoryCount, GoodsFilter, best_sellers_and_newest, count_by_category
from pages.models import FrontPage
from pages.selectors import shown
from shop.accounts.shoppers import ShopRequest
from shop.catalog.offers import Offer
from shop.catalog.pictures import front_picture
from shop.catalog.query import PARAMETERS
from shop.catalog.selectors import largest_categories, offers_of

_CARDS = 8  # of best sellers, and of the newest


@dataclass(frozen=True)
class Goods:
    """The goods of the first page. `total` is how many products are on sale."""

    favourites: list[Offer]
    newest: list[Offer]
    categories: list[CategoryCount]
    total: int


@never_cache
@require_safe
def home(request: ShopRequest) -> HttpResponse:
    """`/`. Until version 1.1 the list of all goods was here too: its searches and pages lead to where it is now."""
    if request.GET.keys() & PARAMETERS:
        return HttpResponsePermanentRedirect(f"{reverse('shop:catalogue')}?{request.GET.urlencode()}")
    found = shown()
    return _answer(request, found.front, found.front_categories)


@never_cache
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """`/preview/`: the first page as it is typed in the back office, also with the photograph that was chosen."""
    user = request.user
    if not (user.is_staff and user.has_perm("pages.view_frontpage")):
        raise Http404
    typed = {
        name: request.POST.get(name, "") for name in ("headline", "sentence", "button", "target", "facts", "photo_alt")
    }
    front = FrontPage(**typed, photo="" if "remove_photograph" in request.POST else shown().front.photo)
    ids = [pk for pk in request.POST.getlist("categories") if pk.isdecimal()]
    chosen = tuple(Category.objects.filter(pk__in=ids).values_list("slug", flat=True))
    extra = {"is_preview": True, **_chosen_photograph(request)}
    return _answer(cast(ShopRequest, request), front, chosen, **extra)


def _answer(request: ShopRequest, front: FrontPage, categories: tuple[str, ...], **extra: Any) -> HttpResponse:
    context = {
        "front": front,
        "headline": front.headline or _("Small gifts, held while you decide."),
        "picture": front_picture(front.photo),
        "goods": _goods(request.shopper.owner, categories),
        "canonical": request.build_absolute_uri(reverse("shop:home")),
    }
    return render(request, "shop/home.html", context | extra)


def _goods(owner: Owner | None, categories: tuple[str, ...]) -> Goods:
    """3 queries: categories, and how many are in each; the products; their variants."""
    counted, total = count_by_category(GoodsFilter())
    favourites, newest = best_sellers_and_newest(_CARDS)
    offers = {offer.product.pk: offer for offer in offers_of([*favourites, *newest], owner)}
    return Goods(
        favourites=[offers[product.pk] for product in favourites if product.pk in offers],
        newest=[offers[product.pk] for product in newest if product.pk in offers],
        categories=_tiles(counted, categories),
        total=total,
    )


def _tiles(counted: list[CategoryCount], chosen: tuple[str, ...]) -> list[CategoryCount]:
    """The chosen categories, else the largest ones, in the shop's order."""
    return [category for category in counted if category.slug in chosen] if chosen else largest_categories(counted)


def _chosen_photograph(request: HttpRequest) -> dict[str, str]:
    """The photograph that was chosen for upload, inside the page: it is not stored. Nothing if it is none."""
    upload: Any = request.FILES.get("photograph")
    if not upload:
        return {}
    try:
        photo = read_photo(upload.file, upload.size)
    except ValidationError:  # the form says so when it is saved
        return {}
    return {"picture": f"data:image/webp;base64,{base64.b64encode(photo.files['page']).decode()}"}
