"""Structured data of schema.org beside that of a product: `breadcrumb_list`, and `organization`, who runs the shop."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

_CONTEXT = "https://schema.org"


def breadcrumb_list(steps: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return where a page is. Arguments: name and absolute address of each step, the page itself last."""
    items = [
        {"@type": "ListItem", "position": position, "name": name, "item": address}
        for position, (name, address) in enumerate(steps, start=1)
    ]
    return {"@context": _CONTEXT, "@type": "BreadcrumbList", "itemListElement": items}


def organization(*, url: str, logo: str) -> dict[str, Any]:
    """Return who runs the shop. Arguments: absolute addresses of the first page and of the logo."""
    return {
        "@context": _CONTEXT,
        "@type": "OnlineStore",
        "name": settings.SHOP_NAME,
        "legalName": settings.SHOP_LEGAL_NAME,
        "url": url,
        "logo": logo,
        "email": settings.SHOP_LEGAL_EMAIL,
        "address": settings.SHOP_LEGAL_ADDRESS,
    }
