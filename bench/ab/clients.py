"""`Client`: the one client of a started shop. It measures the CPU of each call."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg2  # type: ignore[import-untyped]

from bench.ab.measures import CART_LINES, Goods, Measure
from bench.ab.shop import Shop
from bench.machine import exact_cpu_seconds
from bench.shoppers import Request, Visitor, add_one_of, connected, visit
from tools.local.children import Child
from tools.local.process import descendants
from tools.terminal import LocalError, with_log

_HELD = "SELECT coalesce(sum(reserved_quantity), 0) FROM inventory_productvariant"
# A process that has ended gives an empty answer, which is an IndexError.
_FAILURES = (OSError, RuntimeError, IndexError, psycopg2.Error)


@dataclass
class Cost:
    """CPU seconds of the web process, and of the PostgreSQL backend that serves it."""

    web: float = 0.0
    database: float = 0.0


class Client:
    """Sends requests to a shop that is up. `stack` closes its connections. Raises LocalError, with the log's end."""

    def __init__(self, shop: Shop, web: Child, stack: ExitStack) -> None:
        self._shop, self._web, self._stack = shop, web, stack
        self._port = int(web.env["PORT"])
        self._kept: dict[Measure, tuple[Visitor, Request, Callable[[Request], None]]] = {}
        self._goods = Goods(**shop.goods, guest=self._guest_with_a_cart())
        assert web.process  # noqa: S101 - it has answered
        self._web_pids = (web.process.pid, *descendants(web.process.pid))
        backends = f"SELECT pid FROM pg_stat_activity WHERE datname = '{shop.database}' AND pid <> pg_backend_pid()"
        self._database_pids = tuple(shop.servers.sql(shop.database, backends))

    def ask(self, measure: Measure, cost: Cost) -> None:
        """Make one request of this measure, and add its CPU to `cost`."""
        with self._failures_told(measure.title):
            if measure not in self._kept:
                visitor = Visitor(0)
                kept = self._stack.enter_context(connected(visitor, self._port))
                self._kept[measure] = visitor, measure.request(self._goods), kept
            _, request, ask = self._kept[measure]
            web, database = self._used()
            ask(request)
            web_after, database_after = self._used()
        cost.web += web_after - web
        cost.database += database_after - database

    def prove(self) -> None:
        """Raise LocalError unless the database holds one unit for each add that was answered."""
        asked = CART_LINES + sum(visitor.asked * measure.adds for measure, (visitor, _, _) in self._kept.items())
        with self._failures_told("units held"):
            (held,) = self._shop.servers.sql(self._shop.database, _HELD)
        if held != asked:
            raise LocalError(f"{self._shop.name} answered {asked} adds, and its database holds {held} units.")

    def _guest_with_a_cart(self) -> str:
        """The cookie of a guest with CART_LINES lines, for the cart page."""
        first = add_one_of(self._shop.goods["variants"], adds_a_guest=CART_LINES)
        with self._failures_told("a cart for its page"):
            (visitor,) = visit(self._port, first, clients=1, most=CART_LINES)
        if not visitor.cookie:
            raise LocalError(f"{self._shop.name} gave a guest who added something no cookie of the name `guest`.")
        return visitor.cookie

    def _used(self) -> tuple[float, float]:
        return exact_cpu_seconds(*self._web_pids), exact_cpu_seconds(*self._database_pids)

    @contextmanager
    def _failures_told(self, what: str) -> Iterator[None]:
        try:
            yield
        except _FAILURES as error:
            failed = f"{self._shop.name} does not do what is measured ({what}): {error or 'no answer'}."
            raise LocalError(with_log(failed, self._web.log)) from None
