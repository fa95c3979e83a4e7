"""`TaxRates`, the rate of each tax class in each country, and `tax_rates`, which reads them.

`classes_by_name` is for files. `RATES` is an SQL expression for statements that are run anyway, so that a page costs no
statement more.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings
from django.db import connection

from inventory.models import TaxClass

# All rates as the text of a JSON array: class, whether it is the default one, country ("": elsewhere), per cent.
RATES = """(
    SELECT coalesce(json_agg(json_build_array(id, is_default, country, percent::text))::text, '[]')
      FROM (SELECT id, is_default, '' AS country, percent FROM inventory_taxclass
             UNION ALL SELECT tax_class_id, false, country, percent FROM inventory_taxrate) rates)"""


@dataclass(frozen=True)
class TaxRates:
    """The rates, in per cent, by class and country. Country "" is every country that has no rate of its own."""

    percents: Mapping[tuple[int | None, str], Decimal] = field(default_factory=dict)
    default_class: int | None = None

    def of(self, tax_class: int | None, country: str) -> Decimal:
        """The rate of a class (None: the default class), by its id, in a country, a code of ISO 3166."""
        key = self.default_class if tax_class is None else tax_class
        elsewhere = self.percents.get((key, ""), settings.SHOP_TAX_RATE)
        return self.percents.get((key, country), elsewhere)


def tax_rates() -> TaxRates:
    """The rates as they are now. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {RATES}")
        return read_rates(cursor.fetchone()[0])


def classes_by_name() -> dict[str, int]:
    """The ids of the tax classes by their name. 1 query."""
    return dict(TaxClass.objects.values_list("name", "pk"))


def read_rates(text: str) -> TaxRates:
    """Return the rates that a statement selected by `RATES`."""
    rows = json.loads(text)
    return TaxRates(
        percents={(tax_class, country): Decimal(percent) for tax_class, _, country, percent in rows},
        default_class=next((tax_class for tax_class, is_default, *_ in rows if is_default), None),
    )
