"""`DrillPlan`: buyers, units and processes of a drill, checked before anything is changed."""

from dataclasses import dataclass

from django.db import connection

from core.text import counted

_MOST_BUYERS = 10_000
_MOST_UNITS = 100_000
_MOST_PROCESSES = 200
_USUAL_PROCESSES = 50

_FREE_CONNECTIONS = """
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
           - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
"""


class BadPlan(Exception):
    """The drill cannot run with these numbers; the message says why. Nothing was changed."""


@dataclass(frozen=True)
class DrillPlan:
    """Buyers of one unit each, units on sale, and the processes that the buyers are spread over."""

    buyers: int
    units: int
    processes: int

    @classmethod
    def parse(cls, *, buyers: str, units: str, processes: str | None) -> "DrillPlan":
        """Return the plan of a command line. Raises BadPlan.

        Without `processes`, the number follows from the database's free connections.
        """
        crowd = _number("--buyers", buyers, least=1, most=_MOST_BUYERS)
        stock = _number("--units", units, least=0, most=_MOST_UNITS)
        free = _free_connections()
        if processes is None:
            # The shop may be open: half of the free connections are left for it.
            return cls(crowd, stock, max(1, min(crowd, _USUAL_PROCESSES, free // 2)))
        asked = _number("--processes", processes, least=1, most=_MOST_PROCESSES)
        if asked >= free:
            raise BadPlan(f"--processes {asked}: the database has only {free} free connections.")
        return cls(crowd, stock, min(asked, crowd))

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Return buyers, units and processes, from which another process makes the same plan."""
        return self.buyers, self.units, self.processes

    def __str__(self) -> str:
        buyers, units = counted(self.buyers, "buyer", "buyers"), counted(self.units, "unit", "units")
        return f"{buyers} in {counted(self.processes, 'process', 'processes')}, {units}"

    def share(self, process: int) -> range:
        """Return the numbers of the buyers that this process plays, one after another."""
        return range(process, self.buyers, self.processes)


def _number(option: str, text: str, *, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise BadPlan(f"{option} must be a whole number, not {text!r}.") from None
    if not least <= number <= most:
        raise BadPlan(f"{option} must be from {least} to {most}, not {number}.")
    return number


def _free_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FREE_CONNECTIONS)
        return int(cursor.fetchone()[0])
