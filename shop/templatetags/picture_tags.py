"""Tags for pictures of goods (`{% picture variant %}`), and for their descriptions in search engines."""

from django import template
from django.conf import settings
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory.models import Product, ProductVariant
from shop.catalog import descriptions, pictures
from shop.catalog.gallery import Shot, gallery_of
from shop.catalog.offers import Offer

register = template.Library()


@register.simple_tag
def picture(
    goods: Product | ProductVariant, alt: str = "", size: str = "card", *, is_first: bool = False
) -> SafeString:
    """The picture of a product, or of a variant whose product is loaded. Beside the name it needs no `alt`.

    `size` is the size of a photograph: "card" or "page". `is_first` is for what the first screen is about.
    """
    product, variant = (goods.product, goods) if isinstance(goods, ProductVariant) else (goods, None)
    address = pictures.product_picture(product, variant, size)
    return _image(address, alt, "eager", "high") if is_first else _image(address, alt)


@register.simple_tag
def gallery(product: Product, variant: ProductVariant) -> list[Shot]:
    """The photographs of a product that was loaded for its page; none where it is drawn."""
    return gallery_of(product, variant)


@register.simple_tag
def shot_image(shot: Shot, size: str = "card") -> SafeString:
    """A photograph of the page: "page" for the large one, "card" for the others."""
    return _image(shot.large, shot.alt, "eager", "high") if size == "page" else _image(shot.small, shot.alt)


@register.simple_tag
def is_drawn() -> bool:
    """Whether goods without a photograph are drawn, and not shown by one plain picture for all."""
    return bool(settings.SHOP_PLACEHOLDER_PICTURE)


@register.simple_tag
def picture_of(goods: pictures.Pictured, loading: str = "lazy", priority: str = "auto") -> SafeString:
    """The picture of `Pictured` goods, in a cached fragment, which may have slots for the two attributes."""
    return _image(pictures.picture_of(goods), "", loading, priority)


@register.simple_tag
def category_picture(slug: str, rank: int) -> SafeString:
    """The picture of a category. `rank` is its place among the tiles, from 1."""
    return _image(pictures.category_picture(slug), "", "eager" if rank <= _FIRST_TILES else "lazy")


# How many tiles of categories are in the first row on a desk.
_FIRST_TILES = 5
# Width and height give the aspect ratio, so that nothing moves when it loads. The style sheet sets the size.
_IMAGE = (
    '<img class="picture" src="{}" alt="{}" width="240" height="240" loading="{}" fetchpriority="{}" decoding="async">'
)


def _image(address: str, alt: str, loading: str = "lazy", priority: str = "auto") -> SafeString:
    """A lazy picture is asked for once the layout shows that it is near. On the first screen that is late."""
    return format_html(_IMAGE, address, alt, loading, priority)


@register.simple_tag
def product_description(offer: Offer) -> str:
    """How its description begins, or a sentence about it: for search results and links."""
    return descriptions.snippet_of(offer)


@register.filter
def description_html(product: Product) -> SafeString:
    """The description of staff, in Markdown, as safe HTML."""
    return descriptions.as_html(product.description)


@register.simple_tag(takes_context=True)
def product_picture_url(context: Context, goods: ProductVariant) -> str:
    """The absolute URL of its picture."""
    return str(context["request"].build_absolute_uri(pictures.product_picture(goods.product, goods, "page")))


@register.simple_tag(takes_context=True)
def structured_data(context: Context, offer: Offer) -> SafeString:
    """The product, its offers and the way to it as structured data for search engines."""
    absolute, picked = context["request"].build_absolute_uri, context["picked"].variant
    shots = [absolute(shot.large) for shot in gallery_of(offer.product, picked)]
    product = descriptions.structured(offer, absolute, shots or [product_picture_url(context, picked)])
    return descriptions.as_script([product, descriptions.breadcrumbs(offer.product, absolute)])
