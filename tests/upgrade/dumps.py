"""Databases of earlier versions, as `tests/upgrade/dump` wrote them."""

from pathlib import Path

from django.db import connection

VERSIONS = sorted(Path(__file__).parent.glob("*.sql"))


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
