"""What programs ask for by itself: `robots`, `manifest`, and `icon`, for the files that browsers look for."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# Pages that are somebody's own, and forms. What is theirs is behind a log-in or a signed link all the same.
_NOT_FOR_ROBOTS = ("shop:cart", "shop:checkout", "shop:account", "admin:index")
_a_day = cache_control(public=True, max_age=86_400)


@_a_day
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """`/robots.txt`"""
    places = [*(reverse(name) for name in _NOT_FOR_ROBOTS), "/accounts/", "/orders/"]
    lines = ["User-agent: *", *(f"Disallow: {place}" for place in places), ""]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('shop:sitemap_index'))}")
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@_a_day
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """`/manifest.webmanifest`: name and icon for whoever puts the shop on the first screen of a phone."""
    described = {
        "name": settings.SHOP_NAME,
        "short_name": settings.SHOP_NAME[:12],
        "start_url": reverse("shop:home"),
        "display": "browser",
        "background_color": "#faf6ee",
        "theme_color": "#1d5145",
        "icons": [{"src": static("shop/touch-icon.png"), "sizes": "180x180", "type": "image/png"}],
    }
    return JsonResponse(described, content_type="application/manifest+json")


def icon(name: str) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view that leads from the address that browsers ask for unasked to the file of this name."""

    @_a_day
    @require_safe
    def lead(request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(static(name))

    return lead
