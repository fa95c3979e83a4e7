"""`running_servers`: the PostgreSQL and the Valkey of both compared shops. Each shop has its own databases."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from redis import Redis

from tools.local.places import reachable_folder
from tools.local.postgres import Postgres
from tools.local.process import Waiting
from tools.local.valkey import Valkey

# PostgreSQL's background work, at a time of its own choice, would slow the rounds of one shop or the other.
_QUIET: dict[str, str | int] = {"autovacuum": "off", "checkpoint_timeout": "1d", "max_wal_size": "16GB"}
_MAINTENANCE = "postgres"


@dataclass(frozen=True)
class Servers:
    """Two running servers. A shop has a database by its name in PostgreSQL, and one by its number in Valkey."""

    postgres: Postgres
    valkey: Valkey

    def database_url(self, name: str) -> str:
        return f"{self.postgres.url.rpartition('/')[0]}/{name}"

    def redis_url(self, number: int) -> str:
        return f"{self.valkey.url.rpartition('/')[0]}/{number}"

    def sql(self, database: str, query: str) -> list[Any]:
        """Return the first column of the result; [] for a statement without a result."""
        with closing(psycopg2.connect(self.database_url(database))) as connection:
            connection.autocommit = True  # CREATE DATABASE runs in no transaction
            with connection.cursor() as cursor:
                cursor.execute(query)
                return [row[0] for row in cursor.fetchall()] if cursor.description else []

    def create_database(self, name: str, *, template: str = "template1") -> None:
        """Create a database, in place of any of this name, as a copy of the template."""
        self.sql(_MAINTENANCE, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.sql(_MAINTENANCE, f"CREATE DATABASE {name} TEMPLATE {template}")

    def forget(self, number: int) -> None:
        """Empty one database of Valkey."""
        with Redis.from_url(self.redis_url(number)) as redis:
            redis.flushdb()


@contextmanager
def running_servers(folder: Path, waiting: Waiting) -> Iterator[Servers]:
    """Start both, without durability: only CPU is compared. Raises LocalError if one does not start."""
    postgres = Postgres(reachable_folder(folder / "postgres"), durable=False, settings=_QUIET, waiting=waiting)
    valkey = Valkey(folder / "valkey", durable=False, waiting=waiting)
    with ExitStack() as stack:
        for server in (postgres, valkey):
            stack.callback(server.stop)
            server.start()
        yield Servers(postgres, valkey)
