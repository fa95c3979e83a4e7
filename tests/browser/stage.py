"""What a look at a page is made with: a browser, goods, and a customer."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core import mail
from playwright.sync_api import Page
from pytest_django import Settings

from delivery.deliver import deliver
from inventory.categories import ensure_categories
from inventory.models import Product, ProductVariant
from tests.browser.steps import add, expect_units, open_product
from tests.conftest import MakeVariant
from tests.support.pages import MakeUser

PASSWORD = "a long password"


LOG_IN = {"E-mail address or user name": "ada", "Password": PASSWORD}


@dataclass(frozen=True)
class Stage:
    """What a look is made with."""

    page: Page
    shop: str
    settings: Settings
    make_variant: MakeVariant
    make_user: MakeUser

    def go(self, address: str) -> None:
        self.page.goto(self.shop + address)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def fill(self, **fields: str) -> None:
        for label, text in fields.items():
            self.page.get_by_label(label.replace("_", " "), exact=False).first.fill(text)

    def product(
        self, stock: int = 10, *, name: str = "Blue Tin Mug", others: int = 0, **columns: object
    ) -> ProductVariant:
        """A variant of a product in the kitchen, with so many more variants; some of those can be had."""
        variant = self.make_variant(stock, **columns)
        category = ensure_categories()["kitchen"]
        Product.objects.filter(pk=variant.product_id).update(name=name, category=category)
        for number in range(others):
            sku = f"{variant.product.number}{'BCDEF'[number]}"
            ProductVariant.objects.create(
                product=variant.product,
                sku=sku,
                name=f"Blue {number}",
                price=4,
                stock_quantity=number * 3,
                low_stock_threshold=4,
            )
        return variant

    def log_in(self, **columns: object) -> User:
        user = self.make_user("ada")
        User.objects.filter(pk=user.pk).update(**columns)
        self.go("/accounts/login/")
        self.fill(**LOG_IN)
        self.press("Log in")
        self.page.get_by_role("button", name="Log out").wait_for()
        return user

    def open_as_new_guest(self, variant: ProductVariant) -> None:
        """The page of a product, with nothing in the cart."""
        self.page.context.clear_cookies()
        open_product(self.page, self.shop, variant)

    def fill_cart(self, *quantities: int) -> None:
        """A line for each in the cart of a new guest, and its page."""
        self.page.context.clear_cookies()
        for number, quantity in enumerate(quantities, 1):
            open_product(self.page, self.shop, self.product(name=f"Blue Tin Mug {number}"))
            add(self.page, quantity)
            expect_units(self.page, sum(quantities[:number]))
        self.go("/cart/")

    def link_in_mail(self) -> str:
        deliver("email")
        (link,) = re.findall(r"http://\S+?(/\S+)", str(mail.outbox[-1].body).replace(self.shop, "http://shop"))
        return str(link)


Steps = Callable[[Stage], None]


@dataclass(frozen=True)
class Look:
    """`route` is the name in `shop/urls.py` of the address that the browser then shows; None where there is none."""

    name: str
    route: str | None
    steps: Steps


def plain(route: str | None, address: str) -> Look:
    return Look(address, route, lambda stage: stage.go(address))
