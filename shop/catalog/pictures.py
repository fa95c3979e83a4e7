"""The address of a product's picture: its photograph, where staff have given one, else a placeholder. No query.

SHOP_PLACEHOLDER_PICTURE and SHOP_CATEGORY_PICTURE make the placeholder; unset, one plain picture serves for all.
"""

from typing import NamedTuple

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from inventory.models import ONLY_VARIANT, Product, ProductVariant
from inventory.photos import SIZES, photo_path

PLAIN = "shop/placeholder.svg"
# In the place of a category's slug: the first page, and a page with nothing on it.
FRONT, EMPTY = "front", "empty"


class Pictured(NamedTuple):
    """All that decides the address of a picture of goods."""

    photo: str
    number: str
    name: str
    sold_as: str
    article: str


def pictured(product: Product, variant: ProductVariant | None = None) -> Pictured:
    """What the picture of a product, or of one of its variants, shows."""
    sold_as = "" if variant is None or variant.name == ONLY_VARIANT else variant.name
    article = product.number if variant is None else variant.sku
    photo = (variant.photo if variant else "") or product.photo
    return Pictured(photo, product.number, product.name, sold_as, article)


def picture_of(goods: Pictured, size: str = "card") -> str:
    """The address. `size` of a photograph: "card" or "page"; a placeholder scales."""
    if goods.photo:
        return reverse("shop:photo", args=[goods.photo, size])
    return _placeholder(settings.SHOP_PLACEHOLDER_PICTURE, goods.number, goods.name, goods.sold_as, goods.article)


def product_picture(product: Product, variant: ProductVariant | None = None, size: str = "card") -> str:
    """The address for a product, or for one of its variants."""
    return picture_of(pictured(product, variant), size)


def category_picture(category_slug: str) -> str:
    """The address for a category."""
    return _placeholder(settings.SHOP_CATEGORY_PICTURE, category_slug)


def front_picture(photo: str) -> str:
    """The address for the first page: its photograph, else a placeholder."""
    return reverse("shop:photo", args=[photo, "page"]) if photo else category_picture(FRONT)


def _placeholder(path: str, *words: str) -> str:
    return str(import_string(path)(*words)) if path else static(PLAIN)


FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def photo(request: HttpRequest, name: str, size: str) -> HttpResponse:
    """`/photos/<name>-<size>.webp`. Small enough to read at once; browsers cache it for ever."""
    if size not in SIZES or not default_storage.exists(photo_path(name, size)):
        raise Http404
    with default_storage.open(photo_path(name, size)) as stored:
        response = HttpResponse(stored.read(), content_type="image/webp")
    response["Cache-Control"] = FOR_EVER
    return response
