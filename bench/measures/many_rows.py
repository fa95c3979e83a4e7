"""`many_rows`: whether an add is slower among a million variants, a million carts and five million lines."""

import hashlib
import os
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]

from bench.costs import milliseconds_of_add
from bench.crowd import crowd
from bench.figures import Figure, Reach, compared
from bench.plan import Plan
from bench.site import Site

_SMALL = (1_000, 1_000, 5_000)
_SQL = Path(__file__).with_suffix(".sql").read_text()
_PAIRS = 20_000  # of a guest and a variant, at random; one add for each


def many_rows(site: Site, plan: Plan) -> Iterator[Figure]:
    """Time the same action in two databases of one server, in turn."""
    if not plan.lines:
        return
    urls = [
        _filled(site, name, size)
        for name, size in (("big", (plan.variants, plan.carts, plan.lines)), ("small", _SMALL))
    ]
    goods = [_pairs(plan.variants, plan.carts), _pairs(*_SMALL[:2])]
    with crowd(plan.clients, DATABASE_URL=urls[0]) as big, crowd(plan.clients, DATABASE_URL=urls[1]) as small:
        rounds = [
            (milliseconds_of_add(big, goods[0], plan), milliseconds_of_add(small, goods[1], plan))
            for _ in range(plan.rounds)
        ]
    name = f"time of an add among {plan.lines:,} lines: among {_SMALL[2]:,}"
    yield compared(name, rounds, "ms", Reach(1.2))


def _filled(site: Site, name: str, size: tuple[int, int, int]) -> str:
    """Create a database with so many variants, carts and lines, and return its URL."""
    url = f"{site.env['DATABASE_URL'].rpartition('/')[0]}/{name}"
    with closing(psycopg2.connect(site.env["DATABASE_URL"])) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, env={**os.environ, "DATABASE_URL": url}, check=True)
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        connection.cursor().execute(_SQL, dict(zip(("variants", "carts", "lines"), size, strict=True)))
        connection.cursor().execute("VACUUM ANALYZE")
    return url


def _pairs(variants: int, carts: int) -> list[tuple[str, int]]:
    chance = random.Random(1)  # noqa: S311 - the same pairs in every run
    return [(_guest(chance.randint(1, carts)), chance.randint(1, variants)) for _ in range(_PAIRS)]


def _guest(number: int) -> str:
    """The guest token that the SQL gives to the cart of this number."""
    return str(uuid.UUID(hashlib.md5(f"guest {number}".encode(), usedforsecurity=False).hexdigest()))
