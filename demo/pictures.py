"""Pictures of products without photographs, and of categories: their URLs, and the view of a drawing.

SHOP_PLACEHOLDER_PICTURE names `picture`, and SHOP_CATEGORY_PICTURE names `category_picture`.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from demo.drawings.drawing import Drawing, drawing_of, mark_of, read_code, svg_of
from demo.drawings.naming import OF_CATEGORY

_FOR_EVER = "public, max-age=31536000, immutable"
# For a URL from before the drawing changed: it shows the present drawing, so caches must not keep it.
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
    # The first page of the shop, and pages with nothing on them.
    "front": ("cakestand", "rose", "spots", 4, 1),
    "empty": ("basket", "teal", "gingham", 2, 0),
}


def picture(number: str, name: str, sold_as: str, article: str) -> str:
    """Return the URL of a drawing. `sold_as` and `article` are the name and sku of the variant.

    For a whole product, `sold_as` is empty and `article` is its number. No query.
    """
    return _address(article, drawing_of(number, name, sold_as, article))


def category_picture(category_slug: str) -> str:
    """Return the URL of a drawing for the category. No query."""
    motif, paint, surface, paper, printed = _SHOWS.get(category_slug) or (_shown(category_slug), "teal", "plain", 2, 0)
    return _address(category_slug, Drawing(motif, paint, surface, paper, printed, 1, 4, 0))


def _shown(category_slug: str) -> str:
    return OF_CATEGORY.get(category_slug, ("box",))[0]


def _address(article: str, drawing: Drawing) -> str:
    return reverse("demo:drawing", args=[article.lower(), drawing.code, mark_of(drawing)])


@require_safe
def drawing(request: HttpRequest, article: str, code: str, mark: str) -> HttpResponse:
    """`/pictures/<sku or number>.<code>.<mark>.svg`: the URL has all choices of the drawing. No query."""
    found = read_code(code)
    if found is None:
        raise Http404
    response = HttpResponse(svg_of(found), content_type="image/svg+xml")
    response["Cache-Control"] = _FOR_EVER if mark == mark_of(found) else _FOR_A_WHILE
    # A picture that is opened as a page can run no script and load nothing.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response
