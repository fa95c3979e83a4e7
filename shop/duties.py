"""The duties that the pages of the shop meet: who sells, the terms, privacy, and only true scarcity."""

from django.conf import settings

from core.duties import Duty, register
from pages.models import TERMS
from pages.selectors import published_page

_EXAMPLE_EMAIL = "shop@example.com"


@register
def who_sells() -> Duty:
    missing = []
    if settings.SHOP_LEGAL_ADDRESS == settings.EXAMPLE_LEGAL_ADDRESS:
        missing.append("the address is the example's: set SHOP_LEGAL_ADDRESS")
    if settings.SHOP_LEGAL_EMAIL == _EXAMPLE_EMAIL:
        missing.append("the e-mail address is the example's: set SHOP_LEGAL_EMAIL")
    return Duty(
        name="Who sells",
        law="Directive 2000/31/EC, Art. 5",
        met_by="/legal/imprint/, at the foot of each page, and the foot of each e-mail",
        evidence=f"{settings.SHOP_LEGAL_NAME}, {settings.SHOP_LEGAL_EMAIL}",
        missing=missing,
    )


@register
def terms() -> Duty:
    """1 query."""
    own = published_page(TERMS) is not None
    return Duty(
        name="Terms",
        law="Directive 2011/83/EU, Art. 6 and 8",
        met_by="/legal/terms/, before each order",
        evidence="yours" if own else "the model that comes with the shop",
        missing=[] if own else ["publish terms that your lawyer has read: Pages in the admin"],
    )


@register
def privacy() -> Duty:
    return Duty(
        name="Privacy",
        law="Regulation (EU) 2016/679, Art. 13, 15, 17 and 20",
        met_by="/legal/privacy/; customers download their data and delete their account under /account/",
    )


@register
def true_scarcity() -> Duty:
    return Duty(
        name="Only true scarcity",
        law="Directive 2005/29/EC, Annex I, no. 7",
        met_by="“left” and the clock of a hold come from stock and holds alone: tests/shop/test_true_scarcity.py",
    )
