"""Checks of the settings of orders and payments. `manage.py check` and every command run them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.utils.module_loading import import_string
from django_countries import countries

from orders.payments import Provider
from shop.checks.security import is_public

_YEARS = 5_256_000  # ten years, in minutes


@register()
def check_order_numbers(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.E006: the tax rate and the lifetimes of unpaid orders and order links are in a sensible range."""
    rate = settings.SHOP_TAX_RATE
    if not 0 <= rate <= 100 or rate != rate.quantize(Decimal("0.01")):
        yield Error(
            f"SHOP_TAX_RATE is {rate}.",
            hint="Set it to the tax in your prices in per cent, 0 to 100, two decimals at most: 20, or 5.5.",
            id="shop.E006",
        )
    waits = {"SHOP_PAYMENT_MINUTES" + _suffix(name): minutes for name, minutes in settings.SHOP_PAYMENT_MINUTES.items()}
    for name, value, most in [
        *((name, minutes, _YEARS) for name, minutes in waits.items()),
        ("SHOP_ORDER_LINK_DAYS", settings.SHOP_ORDER_LINK_DAYS, 3650),
    ]:
        if type(value) is not int or not 1 <= value <= most:
            yield Error(f"{name} is {value!r}.", hint=f"Set it to a whole number from 1 to {most}.", id="shop.E006")


def _suffix(provider: str) -> str:
    return "" if provider == "default" else f"_{provider.upper()}"


@register()
def check_payment_providers(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.E007: there is a payment provider, and each entry of SHOP_PAYMENT_PROVIDERS names a provider class."""
    if not settings.SHOP_PAYMENT_PROVIDERS:
        yield Error("SHOP_PAYMENT_PROVIDERS is empty.", hint="Nobody could order. Name one.", id="shop.E007")
    for name, path in settings.SHOP_PAYMENT_PROVIDERS.items():
        try:
            is_provider = issubclass(import_string(path), Provider)
        except (ImportError, TypeError):
            is_provider = False
        if not is_provider:
            yield Error(
                f"SHOP_PAYMENT_PROVIDERS[{name!r}] is {path!r}, which is no payment provider.",
                hint="Give the dotted path of a subclass of orders.payments.Provider. See docs/payments.md.",
                id="shop.E007",
            )


_STRIPE = "orders.payments.stripe.Stripe"
_STRIPE_MINUTES = range(30, 22 * 60 + 1)


@register()
def check_stripe(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.E020, shop.E021, shop.W020: where Stripe is offered, its web hooks can be checked, its time is one that
    Stripe allows, and a public shop has no key that moves no money.
    """
    if _STRIPE not in settings.SHOP_PAYMENT_PROVIDERS.values():
        return
    if not settings.STRIPE_WEBHOOK_SECRETS:
        yield Error(
            "STRIPE_SECRET_KEY is set, and STRIPE_WEBHOOK_SECRET is not: no payment would ever be known to be paid.",
            hint="Add the web hook in Stripe's dashboard and set its signing secret (whsec_…). See docs/payments.md.",
            id="shop.E020",
        )
    if (minutes := settings.SHOP_PAYMENT_MINUTES["stripe"]) not in _STRIPE_MINUTES:
        yield Error(
            f"SHOP_PAYMENT_MINUTES_STRIPE is {minutes!r}.",
            hint="Set it to 30 to 1320 minutes: Stripe's page is open for half an hour at least and a day at most.",
            id="shop.E021",
        )
    if "_test_" in settings.STRIPE_SECRET_KEY and is_public() and not settings.DEBUG:
        yield Warning(
            "STRIPE_SECRET_KEY is a test key: no money is moved, and a test card pays any order.",
            hint="Set the live key (sk_live_… or rk_live_…), unless nothing that is ordered is ever sent.",
            id="shop.W020",
        )


@register()
def check_countries(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.E010: SHOP_COUNTRY and SHOP_COUNTRIES have codes of existing countries."""
    codes = [("SHOP_COUNTRY", settings.SHOP_COUNTRY), *(("SHOP_COUNTRIES", code) for code in settings.SHOP_COUNTRIES)]
    for name, code in codes:
        if code not in countries:
            yield Error(
                f"{name} has {code!r}, which is no code of a country.",
                hint="Give codes of two capital letters of ISO 3166, such as GB,IE,FR.",
                id="shop.E010",
            )


@register()
def check_money_is_real(app_configs: object, **kwargs: Any) -> Iterator[CheckMessage]:
    """shop.W002, shop.W003: a public shop takes real money, and into its own bank account."""
    if settings.DEBUG or not is_public():
        return
    for name, path in settings.SHOP_PAYMENT_PROVIDERS.items():
        if not import_string(path).takes_money:
            yield Warning(
                f"The payment provider {name!r} takes no money: whoever says so there has paid.",
                hint="Take it away (the demo's: SHOP_TEST_BANK=false), unless nothing that is ordered is ever sent.",
                id="shop.W002",
            )
    if "invoice" in settings.SHOP_PAYMENT_PROVIDERS and settings.SHOP_BANK_DETAILS == settings.EXAMPLE_BANK_DETAILS:
        yield Warning(
            "Invoices ask for money to the bank account of the example.",
            hint="Set SHOP_BANK_DETAILS to yours.",
            id="shop.W003",
        )
