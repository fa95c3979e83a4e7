"""The pictures of products, at addresses that say all there is to them: no query, and kept for ever."""

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from inventory.photos import SIZES, photo_path
from shop.drawings.drawing import mark_of, read_code, svg_of

FOR_EVER = "public, max-age=31536000, immutable"
# An address of before the drawing was improved: shown as it is now, and not kept.
FOR_A_WHILE = "public, max-age=300"


@require_safe
def drawing(request: HttpRequest, article: str, code: str, mark: str) -> HttpResponse:
    """`/pictures/<sku or number>.<code>.<mark>.svg`"""
    found = read_code(code)
    if found is None:
        raise Http404
    response = HttpResponse(svg_of(found), content_type="image/svg+xml")
    response["Cache-Control"] = FOR_EVER if mark == mark_of(found) else FOR_A_WHILE
    # Opened by itself it can do nothing either.
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


@require_safe
def photo(request: HttpRequest, name: str, size: str) -> HttpResponse:
    """`/photos/<name>-<size>.webp`. Small enough to be read at once, and asked for once by a browser."""
    if size not in SIZES or not default_storage.exists(photo_path(name, size)):
        raise Http404
    with default_storage.open(photo_path(name, size)) as stored:
        response = HttpResponse(stored.read(), content_type="image/webp")
    response["Cache-Control"] = FOR_EVER
    return response
