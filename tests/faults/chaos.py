"""`make chaos SEED=7 SECONDS=120`: all kinds of faults under load, in an order that the seed decides."""

import argparse
import os
import random
import sys
import time
from collections import Counter

os.environ |= {"DATABASE_URL": "postgres://unused@127.0.0.1/unused", "REDIS_URL": "redis://127.0.0.1:1/0"}
os.environ |= {"SECRET_KEY": "of the tests only", "SHOP_PROCESS": "web", "DJANGO_SETTINGS_MODULE": "shop.settings"}

import shop.wsgi  # noqa: F401 - it sets Django up

# isort: split
from tests.faults.deeds import DEEDS
from tests.faults.enduring import wait_until_empty
from tests.faults.invariants import committed_keys, find_broken
from tests.faults.load import Load
from tests.faults.shopper import Outcome
from tests.faults.site import Site, running_site
from tests.faults.template import make_template
from tools.local.places import throw_away_folder

CLIENTS = 6
# Rows that failed last wait for their back-off. Only a hang takes longer.
LONGEST_LAG = 180.0


def main() -> int:
    """Return exit code 1 if an invariant broke."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    say(f"seed {options.seed}, {options.seconds:g} s; the same order of faults again by SEED={options.seed}")
    with throw_away_folder() as folder:
        (folder / "postgres").mkdir()
        with running_site(make_template(folder / "postgres")) as site:
            return run(site, options.seed, options.seconds)


def run(site: Site, seed: int, seconds: float) -> int:
    with Load(site.port, site.goods(), seed=seed, clients=CLIENTS) as load:
        load.goes_on()
        faults = wreak(site, load, random.Random(seed), seconds)
        load.goes_on()
    return tell(site, load, faults)


def wreak(site: Site, load: Load, chance: random.Random, seconds: float) -> Counter[str]:
    """Cause one fault after the other until the time is over. Returns how often each was caused."""
    done: Counter[str] = Counter()
    stop_at = time.monotonic() + seconds
    while time.monotonic() < stop_at:
        deed = chance.choice(DEEDS)
        say(f"  {stop_at - time.monotonic():4.0f} s left  {load.count(Outcome.ACKED):6} adds  {deed.__name__}")
        deed(site, load.lasts, chance)
        done[deed.__name__] += 1
        load.lasts(chance.uniform(0, 1.5))
    return done


def tell(site: Site, load: Load, faults: Counter[str]) -> int:
    """Wait for an empty outbox, check the invariants, and print the counts. Returns the exit code."""
    answers = Counter(str(add.outcome) for add in load.adds)
    lag = wait_until_empty(site, LONGEST_LAG)
    repeated = load.repeat_unknown()
    wait_until_empty(site, LONGEST_LAG)
    found = find_broken(site, load.adds)
    say(f"faults   {sum(faults.values())}: " + ", ".join(f"{name} {count}" for name, count in faults.most_common()))
    say(f"adds     {len(load.adds)}: " + ", ".join(f"{name} {count}" for name, count in answers.most_common()))
    say(f"         {repeated} sent again, {len(committed_keys(site))} committed; longest {load.longest * 1000:.0f} ms")
    say(f"restarts {site.restarts}; lag to an empty outbox {lag:.1f} s")
    say("found    " + ", ".join(f"{kind} {len(rows)}" for kind, rows in vars(found).items()))
    for kind, rows in found.broken.items():
        say(f"BROKEN   {kind}: {rows}")
    unknown = load.count(Outcome.UNKNOWN)
    if unknown:
        say(f"BROKEN   {unknown} repeated adds got no answer")
    return 1 if found.broken or unknown else 0


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
