"""Databases of earlier versions, as `tests/upgrade/dump` wrote them."""

import re
from pathlib import Path

from django.db import connection

VERSIONS = sorted(Path(__file__).parent.glob("*.sql"), key=lambda file: [int(part) for part in file.stem.split(".")])
_RAN = re.compile(r"^INSERT INTO public\.django_migrations VALUES\n(.*?);$", re.MULTILINE | re.DOTALL)


def migrations_of(dump: Path) -> set[str]:
    """Return the migrations that a dump's database had run, as `app.name`."""
    rows = "\n".join(_RAN.findall(dump.read_text()))
    return {f"{app}.{name}" for app, name in re.findall(r"^\t\(\d+, '(\w+)', '(\w+)', ", rows, re.MULTILINE)}


def load(file: Path) -> None:
    """As if it had been stopped a moment ago: what was held then is held now."""
    with connection.cursor() as cursor:
        cursor.execute(file.read_text())
        cursor.execute(
            "UPDATE public.cart_cartitem SET reserved_until = reserved_until"
            " + (now() - (SELECT max(created_at) FROM public.workers_outboxrow))"
        )
    # The dump has put the session's search path aside.
    connection.close()
