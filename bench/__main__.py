"""Measure how fast the shop is, and store it in bench/results.json: `make bench`, `bench-quick`, `bench-replay`.

A speed is a ratio to a reference that was measured in the same run. So runs can be compared between machines, and on a
machine with other work. docs/performance.md explains each figure.
"""

import argparse
import logging
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.figures import Figure, heading, line, save
from bench.measures import MEASURES, Measure
from bench.measures.replaying import replaying
from bench.plan import FULL, QUICK, Plan
from bench.site import running_site
from tools.terminal import LocalError, say, step


def main(arguments: list[str]) -> int:
    """Return 0 if every figure meets its target, else 1. Raises LocalError where the site does not run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"some of: {', '.join(MEASURES)} (all)")
    parser.add_argument("--quick", action="store_true", help="shorter rounds, no large tables; keeps nothing")
    parser.add_argument("--log", type=Path, metavar="FILE", help="instead: replay this invoice log through the pages")
    parser.add_argument("--invoices", type=int, default=1000, help="the first so many of it (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.measures) - set(MEASURES):
        parser.error(f"there is no measure {', '.join(sorted(unknown))}; there are: {', '.join(MEASURES)}")
    if chosen.log and not chosen.log.is_file():
        parser.error(f"there is no file {chosen.log}")
    measures = {name: MEASURES[name] for name in chosen.measures or MEASURES}
    if chosen.log:
        measures = {"replaying": replaying(chosen.log, chosen.invoices)}
    figures = list(_run(measures, QUICK if chosen.quick else FULL))
    say("\n" + "\n".join([heading(), *map(line, figures)]))
    return int(any(figure.met is False for figure in figures))


def _run(measures: Mapping[str, Measure], plan: Plan) -> Iterator[Figure]:
    """Print the figures of each measure as soon as it is over. A full run also stores them."""
    logging.disable(logging.INFO)
    with running_site() as site:
        for name, measure in measures.items():
            with step(f"measured: {name}"):
                figures = list(measure(site, plan))
            for figure in figures:
                say(f"      {line(figure)}")
            if plan is not QUICK:
                save(name, figures)
            yield from figures


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except LocalError as error:
        sys.exit(f"error: {error}")
