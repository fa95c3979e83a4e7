"""Pictures where there are no photographs: an address for goods or a category, and the drawing at that address.

`picture` and `category_picture` are what SHOP_PLACEHOLDER_PICTURE and SHOP_CATEGORY_PICTURE name.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from demo.drawings.drawing import Drawing, drawing_of, mark_of, read_code, svg_of
from demo.drawings.naming import OF_CATEGORY

_FOR_EVER = "public, max-age=31536000, immutable"
# An address of before the drawing was improved: shown as it is now, and not kept.
_FOR_A_WHILE = "public, max-age=300"

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


def picture(number: str, name: str, sold_as: str, article: str) -> str:
    """The address of a drawing. Arguments: a product's number and name, and its variant's name and sku.

    For a product as a whole `sold_as` is empty, and `article` is its number. No query.
    """
    return _address(article, drawing_of(number, name, sold_as, article))


def category_picture(category_slug: str) -> str:
    """The address of a drawing of a thing that stands for the category. No query."""
    motif, paint, surface, paper, printed = _SHOWS.get(category_slug) or (_shown(category_slug), "teal", "plain", 2, 0)
    return _address(category_slug, Drawing(motif, paint, surface, paper, printed, 1, 4, 0))


def _shown(category_slug: str) -> str:
    return OF_CATEGORY.get(category_slug, ("box",))[0]


def _address(article: str, drawing: Drawing) -> str:
    return reverse("demo:drawing", args=[article.lower(), drawing.code, mark_of(drawing)])


@require_safe
def drawing(request: HttpRequest, article: str, code: str, mark: str) -> HttpResponse:
    """`/pictures/<sku or number>.<code>.<mark>.svg`: the address says all there is to the drawing, so no query."""
    found = read_code(code)
    if found is None:
        raise Http404
    response = HttpResponse(svg_of(found), content_type="image/svg+xml")
    response["Cache-Control"] = _FOR_EVER if mark == mark_of(found) else _FOR_A_WHILE
    # Opened by itself it can do nothing either.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response
