"""Compare what two revisions cost: `make bench-ab A=<revision> B=<revision>`. How to read it: docs/performance.md."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from bench.ab.comparing import Plan, compare
from bench.ab.measures import MEASURES
from bench.ab.revisions import Repository
from bench.ab.servers import running_servers
from bench.ab.shop import Shop
from tools.local.places import REPOSITORY, throw_away_folder
from tools.local.process import Stopped, StopRequest
from tools.terminal import LocalError, say, step


def main(arguments: Sequence[str], request: StopRequest) -> int:
    """Return 0 once the table is printed, whatever it says. Raises LocalError if a revision is unknown or fails."""
    parser = argparse.ArgumentParser(prog="python -m bench.ab", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("a", metavar="A", help="a revision, as git names it; `.` is the working tree")
    parser.add_argument("b", metavar="B", help="the one that is compared with it")
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"some of: {', '.join(MEASURES)} (all)")
    parser.add_argument("--pairs", type=int, default=10, help="of rounds in each start (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=7, help="no start that would end later (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.measures) - set(MEASURES):
        parser.error(f"there is no measure {', '.join(sorted(unknown))}; there are: {', '.join(MEASURES)}")
    if chosen.pairs < 1 or chosen.minutes <= 0:
        parser.error("--pairs and --minutes are more than 0")
    repository = Repository(REPOSITORY)
    plan = Plan([MEASURES[name] for name in chosen.measures or MEASURES], chosen.pairs, chosen.minutes * 60)
    # Client, servers and shops share one processor; one of them works at a time. On two processors, the work of other
    # programs on one or the other makes two calls of the same kind differ by a tenth.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with throw_away_folder() as folder, ExitStack() as stack:
        found = [repository.find(name, folder) for name in (chosen.a, chosen.b)]
        if found[0].tree == found[1].tree:
            say("  A and B have the same files: what differs is noise.")
        servers = stack.enter_context(running_servers(folder, request.check))
        shops = [Shop(name, number, folder / name, servers, request.check) for number, name in enumerate("AB")]
        for shop, revision in zip(shops, found, strict=True):
            with step(f"{shop.name} is prepared: {revision.title}"):
                repository.check_out(revision, shop.folder / "code")
                shop.prepare()
        say(f"\n{compare(shops, plan, request.check).table}")
    return 0


if __name__ == "__main__":
    logging.disable(logging.INFO)
    stop = StopRequest()
    stop.listen()
    try:
        sys.exit(main(sys.argv[1:], stop))
    except Stopped:
        sys.exit(128 + stop.number)
    except LocalError as error:
        sys.exit(f"error: {error}")
