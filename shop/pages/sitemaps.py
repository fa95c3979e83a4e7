"""The sitemap, in sections: pages of the shop, categories, and products. `sitemap_index` and `sitemap` are its views.

It has no `lastmod`: a product's row does not say when its page changed, and a wrong date is worse than none.
"""

from typing import Any

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as django_views
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.views.decorators.cache import cache_control

from inventory.models import Category
from inventory.selectors import products_on_sale
from pages.models import TERMS, Page


class PagesOfShop(Sitemap):  # type: ignore[type-arg]
    """The first page, the list of all goods, and the pages of the owner and of the law. 1 query."""

    def items(self) -> list[str]:
        standing = [reverse("shop:home"), reverse("shop:catalogue")]
        law = [reverse("shop:legal", args=[page]) for page in ("imprint", "privacy", TERMS)]
        owners = [page.get_absolute_url() for page in Page.objects.filter(is_published=True).exclude(slug=TERMS)]
        return standing + owners + law

    def location(self, item: str) -> str:
        return item


class Categories(Sitemap):  # type: ignore[type-arg]
    """The categories with a product on sale. 1 query."""

    def items(self) -> QuerySet[Category]:
        return Category.objects.filter(Exists(products_on_sale().filter(category=OuterRef("pk"))))


class Products(Sitemap):  # type: ignore[type-arg]
    """Products on sale, by their slugs. 2 queries a page: how many there are, and those of the page."""

    limit = 2000  # a page, some tenths of a second; the protocol allows 50,000

    def items(self) -> QuerySet[Any, str]:
        return products_on_sale().order_by("pk").values_list("slug", flat=True)

    def location(self, item: str) -> str:
        return reverse("shop:product", args=[item])


SECTIONS: dict[str, Any] = {"pages": PagesOfShop, "categories": Categories, "products": Products}

_an_hour = cache_control(public=True, max_age=3600)
sitemap_index = _an_hour(django_views.index)
sitemap = _an_hour(django_views.sitemap)
