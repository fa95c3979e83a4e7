"""`RunningShop`: a running shop for the load and the invariants, whether its parts are processes or containers."""

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
        """The URL of its PostgreSQL for the test."""

    @property
    @abstractmethod
    def restarts(self) -> int:
        """How often a part ended by itself and was started again."""

    def sql(self, query: str, *arguments: object) -> list[tuple[Any, ...]]:
        """Query the database through a new connection, which faults of the shop's connections do not affect."""
        with closing(psycopg2.connect(self.database_url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(query, arguments)
            return list(cursor.fetchall()) if cursor.description else []

    def orm(self) -> Any:
        """A block in which the models use this shop's database."""
        return orm(self.database_url)

    def goods(self) -> list[Good]:
        with self.orm():
            variants = ProductVariant.objects.select_related("product").order_by("pk")
            return [Good(variant.pk, variant.product.get_absolute_url()) for variant in variants]
