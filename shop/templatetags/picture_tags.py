"""Pictures in templates: `{% picture variant %}` wherever goods are shown."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory.models import Product, ProductVariant
from shop import pictures

register = template.Library()


@register.simple_tag
def picture(goods: Product | ProductVariant, alt: str = "") -> SafeString:
    """The picture of a product or of a variant, whose product has been fetched. A name beside it needs no `alt`."""
    product, variant = (goods.product, goods) if isinstance(goods, ProductVariant) else (goods, None)
    return _image(pictures.product_picture(product, variant), alt)


@register.simple_tag
def category_picture(slug: str) -> SafeString:
    """The picture of a category."""
    return _image(pictures.category_picture(slug), "")


def _image(address: str, alt: str) -> SafeString:
    # The sizes say the shape alone, so that nothing moves when it comes; the style sheet says how large.
    return format_html(
        '<img class="picture" src="{}" alt="{}" width="240" height="240" loading="lazy" decoding="async">', address, alt
    )
