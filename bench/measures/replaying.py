"""`replaying`: a real log as load, at full speed. Visits, adds and orders use the pages; workers run the effects."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.figures import Figure, measured
from bench.plan import Plan
from bench.site import WORKERS, Site

_SHOPPERS = 8


def replaying(file: Path, invoices: int) -> Callable[[Site, Plan], Iterator[Figure]]:
    """Return the measure that replays the first so many invoices of this log (.csv or .csv.xz)."""

    def measure(site: Site, plan: Plan) -> Iterator[Figure]:
        with site.processes("web", *WORKERS):
            rate = _replay(site, file, invoices)
        yield measured("lines a second of a real log, through the pages", [rate], "1/s")

    return measure


def _replay(site: Site, file: Path, invoices: int) -> float:
    """Return lines a second. Raises RuntimeError if a visit failed, or if the stock audit found a difference."""
    from django.core.management import call_command
    from django.db import connections

    from cart.audit import audit_stock
    from tools.replay import Account, Replay, WebShop, read_log

    call_command("import_catalogue", verbosity=0)
    log = read_log(file, lambda read, share: None)
    del log.visits[invoices:]
    replay = Replay(log, WebShop(Account(), f"http://127.0.0.1:{site.port}"), _SHOPPERS)
    started = time.monotonic()
    replay.run(lambda seconds: None)
    rate = replay.account.lines_done / (time.monotonic() - started)
    site.wait_for_effects()
    audit = audit_stock()
    connections.close_all()
    if replay.account.errors or not audit.is_clean:
        found = [*replay.account.errors, *audit.differences]
        raise RuntimeError(f"not everything went as it must, in {len(found)} cases; the first: {found[0]}")
    return rate
