"""Photographs of products, at addresses that say all there is to them: no query, and kept for ever."""

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from inventory.photos import SIZES, photo_path

FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def photo(request: HttpRequest, name: str, size: str) -> HttpResponse:
    """`/photos/<name>-<size>.webp`. Small enough to be read at once, and asked for once by a browser."""
    if size not in SIZES or not default_storage.exists(photo_path(name, size)):
        raise Http404
    with default_storage.open(photo_path(name, size)) as stored:
        response = HttpResponse(stored.read(), content_type="image/webp")
    response["Cache-Control"] = FOR_EVER
    return response
