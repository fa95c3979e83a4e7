"""`delivery_prices`, the prices of delivery as they are now, and DELIVERY_PRICES, an SQL expression of them.

The expression is for statements that are run anyway, so that a page costs no statement more and shows no old price.
"""

import json
from decimal import Decimal
from typing import Any

from django.db import connection

from orders.delivery_prices import ELSEWHERE, DeliveryPrices, Method, Rate

# As the text of a JSON object. Amounts are texts in it, since a float has no exact cents.
DELIVERY_PRICES = """(
    SELECT json_build_object(
        'zones', (SELECT coalesce(json_agg(json_build_array(id, countries)), '[]') FROM orders_deliveryzone),
        'methods', coalesce(json_agg(json_build_object(
            'id', id, 'name', name, 'description', description, 'cut_off', cut_off,
            'is_elsewhere', is_elsewhere,
            'own', json_build_array(json_build_array(json_build_array(NULL, price::text)), free_from::text),
            'days', json_build_array(days_from, days_to),
            'rates', (SELECT coalesce(json_agg(json_build_array(zone_id, days_from, days_to,
                        (SELECT json_agg(json_build_array(up_to_grams, price::text) ORDER BY up_to_grams)
                           FROM orders_deliverystep step WHERE step.rate_id = rate.id), free_from::text)), '[]')
                        FROM orders_deliveryrate rate WHERE rate.method_id = method.id)
        ) ORDER BY place, name), '[]'))::text
      FROM orders_deliverymethod method WHERE is_active)"""


def delivery_prices() -> DeliveryPrices:
    """The prices as they are now. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {DELIVERY_PRICES}")
        return read_delivery_prices(cursor.fetchone()[0])


def read_delivery_prices(text: str) -> DeliveryPrices:
    """Return the prices that a statement selected by DELIVERY_PRICES."""
    read = json.loads(text)
    zones = {country: zone for zone, countries in read["zones"] for country in countries or [ELSEWHERE]}
    return DeliveryPrices(methods=tuple(_method(each) for each in read["methods"]), zones=zones)


def _method(read: dict[str, Any]) -> Method:
    days = _days(*read["days"])
    rates = {
        zone: _rate(steps, free_from, _days(first, last) or days)
        for zone, first, last, steps, free_from in read["rates"]
    }
    own_steps, free_from = read["own"]
    elsewhere = _rate(own_steps, free_from, days) if read["is_elsewhere"] else None
    return Method(read["id"], read["name"], read["description"], rates, elsewhere, read["cut_off"])


def _rate(steps: Any, free_from: str | None, days: tuple[int, int] | None) -> Rate:
    prices = tuple((grams, Decimal(price)) for grams, price in steps or ())
    return Rate(prices, None if free_from is None else Decimal(free_from), days)


def _days(first: int | None, last: int | None) -> tuple[int, int] | None:
    return None if first is None or last is None else (first, last)
