"""`proven`: checks a round in the database. Every add that was answered with success must be there, and no other."""

from collections.abc import Iterator
from contextlib import contextmanager

from bench.site import Site

_FACTS = """
    SELECT json_build_array(
        (SELECT count(*) FROM cart_idempotencykey),
        (SELECT coalesce(sum(reserved_quantity), 0) FROM cart_cartitem),
        (SELECT coalesce(sum(reserved_quantity), 0) FROM inventory_productvariant))
"""


class Claim:
    """How many adds were answered with success. The round sets it."""

    adds = 0


@contextmanager
def proven(site: Site) -> Iterator[Claim]:
    """Wrap a round of adds of one unit, each with a key. Raises AssertionError if the database has other numbers."""
    before, claim = site.sql(_FACTS), Claim()
    yield claim
    grown = [now - then for now, then in zip(site.sql(_FACTS), before, strict=True)]
    if grown != [claim.adds] * 3:
        raise AssertionError(f"{claim.adds} adds were answered with a yes; keys, held in lines, held of stock: {grown}")
