"""The address of a product's picture: its photograph, where staff have given one, else its drawing. No query."""

from django.urls import reverse

from inventory.catalogue.naming import ONLY_VARIANT
from inventory.models import Product, ProductVariant
from shop.drawings.drawing import Drawing, drawing_of, mark_of
from shop.drawings.naming import OF_DEPARTMENT

_SHOWS = {
    "kitchen": ("teapot", "red", "spots", 4, 0),
    "lights": ("lantern", "teal", "plain", 2, 7),
    "home": ("cushion", "rose", "hearts", 5, 2),
    "bags": ("bag", "blue", "flowers", 1, 1),
    "jewellery": ("necklace", "violet", "plain", 3, 3),
    "toys": ("doll", "coral", "flowers", 5, 4),
    "paper": ("pencils", "sky", "stripes", 0, 5),
    "party": ("bunting", "red", "spots", 2, 0),
    "storage": ("tin", "mint", "spots", 0, 2),
    "garden": ("wateringcan", "green", "plain", 6, 3),
    "bath": ("hotbottle", "rose", "gingham", 4, 1),
    "craft": ("thread", "amber", "plain", 6, 5),
    "christmas": ("bauble", "red", "stars", 3, 7),
    "easter": ("rabbit", "cream", "plain", 4, 6),
}


def product_picture(product: Product, variant: ProductVariant | None = None, size: str = "card") -> str:
    """Of a product, or of one of its variants. A drawing is as sharp in any size."""
    if product.photo:
        return reverse("shop:photo", args=[product.photo, size])
    sold_as = "" if variant is None or variant.name == ONLY_VARIANT else variant.name
    article = product.number if variant is None else variant.sku
    return _address(article, drawing_of(product.number, product.name, sold_as, article))


def category_picture(category_slug: str) -> str:
    """Of a category: a thing that stands for it."""
    motif, paint, surface, paper, printed = _SHOWS.get(category_slug) or (_shown(category_slug), "teal", "plain", 2, 0)
    return _address(category_slug, Drawing(motif, paint, surface, paper, printed, 1, 4, 0))


def _shown(category_slug: str) -> str:
    return OF_DEPARTMENT.get(category_slug, ("box",))[0]


def _address(article: str, drawing: Drawing) -> str:
    return reverse("shop:drawing", args=[article.lower(), drawing.code, mark_of(drawing)])
