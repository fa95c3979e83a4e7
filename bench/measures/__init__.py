"""`MEASURES`: all measures, in the order of a run. Each yields its figures as it has them."""

from collections.abc import Callable, Iterator

from bench.figures import Figure
from bench.measures.adding import adding
from bench.measures.anatomy import anatomy
from bench.measures.draining import draining
from bench.measures.growing import growing
from bench.measures.in_process import hot_row, in_process
from bench.measures.long_carts import long_carts
from bench.measures.many_rows import many_rows
from bench.measures.pages import pages
from bench.plan import Plan
from bench.site import Site

Measure = Callable[[Site, Plan], Iterator[Figure]]

MEASURES: dict[str, Measure] = {
    "adding": adding,
    "anatomy": anatomy,
    "in_process": in_process,
    "hot_row": hot_row,
    "long_carts": long_carts,
    "pages": pages,
    "draining": draining,
    "many_rows": many_rows,
    "growing": growing,
}
