"""`seller`: who runs the shop, for templates of pages and e-mails."""

from django.conf import settings


def seller() -> dict[str, str]:
    """Name of the shop; name, postal and e-mail address of the seller; and the address that goods are sent back to."""
    return {
        "shop": settings.SHOP_NAME,
        "legal_name": settings.SHOP_LEGAL_NAME,
        "legal_address": settings.SHOP_LEGAL_ADDRESS,
        "legal_email": settings.SHOP_LEGAL_EMAIL,
        "return_address": settings.SHOP_RETURN_ADDRESS,
    }
