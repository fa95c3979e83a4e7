"""Orders from before codes of countries were kept: what was typed becomes a code, where it is recognised."""

from django.db import migrations

from core.countries import country_code

reviewed = """
RunPython: 1,000 orders a transaction, and nobody but staff locks an order. Old processes show a code as they showed a name.
Broken off, it goes on where it was.
"""

_AT_ONCE = 1000


def keep_codes(apps, schema_editor):
    orders = apps.get_model("orders", "Order").objects.using(schema_editor.connection.alias)
    for typed in list(orders.order_by().values_list("country", flat=True).distinct()):
        if (code := country_code(typed)) and code != typed:
            _replace(orders.filter(country=typed), code)


def _replace(orders, code):
    last = 0
    while ids := list(orders.filter(id__gt=last).order_by("id").values_list("id", flat=True)[:_AT_ONCE]):
        orders.filter(id__in=ids).update(country=code)
        last = ids[-1]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0003_settle_order")]

    operations = [migrations.RunPython(keep_codes, migrations.RunPython.noop)]
