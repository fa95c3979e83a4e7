"""The drawings of products, at addresses that say all there is to them: no query, and kept for ever."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

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
