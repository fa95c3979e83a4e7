"""The reports of the back office: axe finds nothing to complain of, light and dark, and they fit a narrow window."""

from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page

from backoffice.roles import CLERK
from cart.owners import Owner
from inventory.models import ProductVariant
from orders.models import DeliveryMethod
from orders.reports import REPORTS
from tests.browser.office import log_in
from tests.browser.reflow import SIZES
from tests.browser.test_every_page import SCHEMES
from tests.support.ordering import order, pay
from tests.support.shopping import add

pytestmark = pytest.mark.django_db(transaction=True)

NOTHING_SOLD, NO_DAYS = "?first=2001-01-01&last=2001-01-02", "?first=x&last="


def complaints(page: Page) -> list[str]:
    """About the report; what is around it is of django-unfold."""
    found = []
    for width, scheme in product((390, 1280), SCHEMES):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for one in Axe().run(page, context="#content").response["violations"]:
            found.append(f"{page.url} {width} {scheme}: {one['id']}: {one['nodes'][0]['html'][:200]}")
    return found


def too_wide(page: Page) -> list[str]:
    """The table scrolls in itself; the page does not."""
    found = []
    for width, text in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("size => { document.documentElement.style.fontSize = size }", f"{text}%")
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"{page.url} {width} px, text {text} %: {wide}")
    return found


def test_the_reports(page: Page, shop: str, guest: Owner, variant: ProductVariant) -> None:
    delivery = DeliveryMethod.objects.create(name="Bicycle", price=1)
    pay(order(add(guest, variant, 4), delivery))
    log_in(page, shop, CLERK)
    found = []
    for report, days in [*((each, "") for each in REPORTS), ("days", NOTHING_SOLD), ("days", NO_DAYS)]:
        page.goto(shop + reverse("admin:orders_report", args=[report]) + days)
        page.get_by_role("navigation", name="Reports").wait_for()
        assert page.locator("#content tbody tr").count() == (0 if days else 1)
        found += [*complaints(page), *too_wide(page)]
    assert found == []
