"""Whether one variant sells faster with its stock in several rows, or locked for a shorter time: docs/adr/0007."""

from collections.abc import Iterator

from bench import plain_sql
from bench.crowd import crowd
from bench.figures import Figure, compared
from bench.plan import Plan
from bench.site import Site


def hot_row(site: Site, plan: Plan) -> Iterator[Figure]:
    """Transactions of hand-written SQL, all clients on one variant: taken fourth, from several rows, last."""
    hot = site.variants[:1]
    site.sql(*plain_sql.split_stock(hot[0]))
    splits, lasts, hots = [], [], []
    with crowd(plan.clients) as clients:
        for _ in range(plan.rounds):
            one = clients.do(plain_sql.six_statements, hot, seconds=plan.seconds).a_second
            spread = clients.do(plain_sql.six_statements, site.variants, seconds=plan.seconds).a_second
            splits.append((clients.do(plain_sql.six_statements_split, hot, seconds=plan.seconds).a_second, one))
            last = clients.do(plain_sql.six_statements_taking_last, hot, seconds=plan.seconds).a_second
            lasts.append((last, one))
            hots.append((one, spread))
            site.sql("TRUNCATE workers_outboxrow")
    yield compared("plain SQL, one variant: spread over 1,000", hots, "1/s")
    yield compared(f"plain SQL, one variant split into {plain_sql.SPLIT} rows: one row", splits, "1/s")
    yield compared("plain SQL, one variant taken last: taken fourth", lasts, "1/s")
