"""A running shop as the load and the invariants see it, whether its parts are processes or containers."""

from abc import ABC, abstractmethod
from contextlib import closing
from typing import Any

import psycopg2  # type: ignore[import-untyped]

from inventory.models import ProductVariant
from tests.faults.template import Good, orm


class RunningShop(ABC):
    """A shop at a port of 127.0.0.1, and its database."""

    port: int

    @property
    @abstractmethod
    def database_url(self) -> str:
        """Where its PostgreSQL can be asked from here."""

    @property
    @abstractmethod
    def restarts(self) -> int:
        """How often a part ended by itself and was started again."""

    def sql(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """Ask the database through a new connection, which no fault of the shop's connections reaches."""
        with closing(psycopg2.connect(self.database_url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(query, arguments)
            return list(cursor.fetchall()) if cursor.description else []

    def orm(self) -> Any:
        """A block in which the models lead to this shop's database."""
        return orm(self.database_url)

    def goods(self) -> list[Good]:
        with self.orm():
            variants = ProductVariant.objects.select_related("product").order_by("pk")
            return [Good(variant.pk, variant.product.get_absolute_url()) for variant in variants]
