"""The address of a product's picture: its photograph, where staff have given one, else its drawing. No query."""

from typing import NamedTuple

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


class Pictured(NamedTuple):
    """What a picture shows of goods: nothing else decides its address."""

    photo: str
    number: str
    name: str
    sold_as: str
    article: str


def pictured(product: Product, variant: ProductVariant | None = None) -> Pictured:
    """A product, or one of its variants."""
    sold_as = "" if variant is None or variant.name == ONLY_VARIANT else variant.name
    article = product.number if variant is None else variant.sku
    return Pictured(product.photo, product.number, product.name, sold_as, article)


def picture_of(goods: Pictured, size: str = "card") -> str:
    """The address. A drawing is as sharp in any size."""
    if goods.photo:
        return reverse("shop:photo", args=[goods.photo, size])
    return _address(goods.article, drawing_of(goods.number, goods.name, goods.sold_as, goods.article))


def product_picture(product: Product, variant: ProductVariant | None = None, size: str = "card") -> str:
    """The address for a product, or for one of its variants."""
    return picture_of(pictured(product, variant), size)


def category_picture(category_slug: str) -> str:
    """Of a category: a thing that stands for it."""
    motif, paint, surface, paper, printed = _SHOWS.get(category_slug) or (_shown(category_slug), "teal", "plain", 2, 0)
    return _address(category_slug, Drawing(motif, paint, surface, paper, printed, 1, 4, 0))


def _shown(category_slug: str) -> str:
    return OF_DEPARTMENT.get(category_slug, ("box",))[0]


def _address(article: str, drawing: Drawing) -> str:
    return reverse("shop:drawing", args=[article.lower(), drawing.code, mark_of(drawing)])
