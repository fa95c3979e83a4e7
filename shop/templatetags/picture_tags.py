"""Tags for pictures of goods (`{% picture variant %}`), and for their descriptions in search engines."""

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory.models import Product, ProductVariant
from shop.catalog import descriptions, pictures
from shop.catalog.offers import Offer

register = template.Library()


@register.simple_tag
def picture(goods: Product | ProductVariant, alt: str = "", size: str = "card") -> SafeString:
    """The picture of a product, or of a variant whose product is loaded. Beside the name it needs no `alt`.

    `size` is the size of a photograph: "card" or "page".
    """
    product, variant = (goods.product, goods) if isinstance(goods, ProductVariant) else (goods, None)
    return _image(pictures.product_picture(product, variant, size), alt)


@register.simple_tag
def picture_of(goods: pictures.Pictured) -> SafeString:
    """The picture of `Pictured` goods, in a cached fragment."""
    return _image(pictures.picture_of(goods), "")


@register.simple_tag
def category_picture(slug: str) -> SafeString:
    """The picture of a category."""
    return _image(pictures.category_picture(slug), "")


def _image(address: str, alt: str) -> SafeString:
    # Width and height give the aspect ratio, so that nothing moves when it loads. The style sheet sets the size.
    return format_html(
        '<img class="picture" src="{}" alt="{}" width="240" height="240" loading="lazy" decoding="async">', address, alt
    )


@register.simple_tag
def product_description(offer: Offer) -> str:
    """A sentence about the product, for search results and links."""
    return descriptions.description_of(offer)


@register.simple_tag(takes_context=True)
def product_picture_url(context: Context, goods: ProductVariant) -> str:
    """The absolute URL of its picture."""
    return str(context["request"].build_absolute_uri(pictures.product_picture(goods.product, goods, "page")))


@register.simple_tag(takes_context=True)
def structured_data(context: Context, offer: Offer) -> SafeString:
    """The product and its offers as structured data for search engines."""
    picture = product_picture_url(context, context["picked"].variant)
    return descriptions.as_script(descriptions.structured(offer, context["request"].build_absolute_uri, picture))
