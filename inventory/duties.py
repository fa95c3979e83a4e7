"""The duties about goods: their safety data, and the lowest price of 30 days beside a reduced one."""

from django.db.models import Q
from django.db.models.functions import Now

from core.duties import Duty, register
from core.text import counted
from inventory.models import Reduction
from inventory.selectors import products_on_sale, products_without_safety_data


@register
def product_safety() -> Duty:
    """2 queries."""
    without, on_sale = products_without_safety_data().count(), products_on_sale().count()
    products = counted(without, "product misses", "products miss")
    return Duty(
        name="Producer, responsible person and warnings of goods",
        law="Regulation (EU) 2023/988, Art. 19",
        met_by="“Product safety” on the page of each product; the column of the same name in the catalogue's CSV",
        evidence=f"{counted(on_sale, 'product is', 'products are')} on sale",
        missing=[f"{products} them: see the filter of products in the admin"] if without else [],
    )


@register
def lowest_price() -> Duty:
    """1 query."""
    running = Reduction.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=Now()), starts_at__lte=Now()).count()
    return Duty(
        name="Lowest price of the 30 days before a reduction",
        law="Directive 98/6/EC, Art. 6a",
        met_by="beside each reduced price, from the append-only history of prices; no page shows another reference",
        evidence=f"{counted(running, 'reduction runs', 'reductions run')} now",
    )
