"""Checks of what is printed on invoices: the shop's own address and VAT number, and the prefix of the numbers."""

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from shop.checks.security import is_public

# With five digits and "INV-" it fits the column, a file name and the address of a page.
_PREFIX = re.compile(r"[A-Za-z0-9-]{0,12}")


@register()
def check_invoice_prefix(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.E030: the prefix of invoice numbers can be part of a file's name."""
    if not _PREFIX.fullmatch(settings.SHOP_INVOICE_PREFIX):
        yield Error(
            f"SHOP_INVOICE_PREFIX is {settings.SHOP_INVOICE_PREFIX!r}.",
            hint="Use up to 12 letters, digits and hyphens, such as 2027-, or leave it empty.",
            id="shop.E030",
        )


@register()
def check_seller_is_real(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.W030, shop.W031: invoices of a public shop name its own address, and its VAT number if it charges tax."""
    if settings.DEBUG or not is_public():
        return
    if settings.SHOP_LEGAL_ADDRESS == settings.EXAMPLE_LEGAL_ADDRESS:
        yield Warning(
            "Invoices have the address of the example.", hint="Set SHOP_LEGAL_ADDRESS to yours.", id="shop.W030"
        )
    if settings.SHOP_TAX_RATE and not settings.SHOP_VAT_ID:
        yield Warning(
            "Invoices have tax, and no VAT number of the shop.",
            hint="Set SHOP_VAT_ID to yours. If the shop charges no tax, set SHOP_TAX_RATE=0.",
            id="shop.W031",
        )
