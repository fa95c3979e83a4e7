"""`unfold`: the theme of the back office, which is the shop's colours in the steps of django-unfold.

The settings import this module, so it imports nothing of the project.
"""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

# From the background and text colours of shop.css. 500 and 600 on white, and 400 on 900, have a contrast of 4.5.
_BASE = {
    "50": "#faf6ee",
    "100": "#f3eee2",
    "200": "#e4dbca",
    "300": "#cfcabc",
    "400": "#a8b1ac",
    "500": "#66716d",
    "600": "#56625e",
    "700": "#3d4a46",
    "800": "#303b38",
    "900": "#1b2322",
    "950": "#131918",
}
# Around the brand's green: buttons and links have 600 on a light background, and 500 on a dark one.
_PRIMARY = {
    "50": "#f0f5f1",
    "100": "#e6eee7",
    "200": "#c9ddd3",
    "300": "#b4e2d3",
    "400": "#8fd0bb",
    "500": "#4d9b85",
    "600": "#1d5145",
    "700": "#143c33",
    "800": "#10322b",
    "900": "#0e2a24",
    "950": "#0e1f1b",
}


def _mark(request: HttpRequest) -> str:
    return static("shop/mark.svg")


def _style(request: HttpRequest) -> str:
    return static("core/admin.css")


def _dropdown(flower_url: str, request: HttpRequest) -> list[dict[str, str]]:
    links = [{"icon": "storefront", "title": "The shop", "link": "/"}]
    if request.user.is_superuser:  # as `core.admin.flower`, which only a running Django can import
        links.append({"icon": "monitoring", "title": "Workers in Flower", "link": flower_url})
    return links


def unfold(*, shop_name: str, flower_url: str) -> dict[str, Any]:
    """Return the setting UNFOLD."""
    return {
        "SITE_TITLE": f"{shop_name} back office",
        "SITE_HEADER": shop_name,
        "SITE_SUBHEADER": "Back office",
        "SITE_URL": "/",
        "SITE_ICON": _mark,
        "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _mark}],
        "SITE_DROPDOWN": partial(_dropdown, flower_url),
        "STYLES": [_style],
        "COLORS": {"base": _BASE, "primary": _PRIMARY},
        "BORDER_RADIUS": "8px",
        "DASHBOARD_CALLBACK": "backoffice.dashboard.page.fill_dashboard",
        "ACCOUNT": {
            "navigation": [
                {"title": "Change password", "link": reverse_lazy("admin:password_change")},
                {"title": "Second factor", "link": reverse_lazy("admin:second_factor_set_up")},
            ]
        },
        "LOGIN": {"form": "shop.accounts.forms.StaffLoginForm"},
        "SIDEBAR": {"show_search": False, "navigation": "backoffice.navigation.sections"},
    }
