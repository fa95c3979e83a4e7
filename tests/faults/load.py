"""`Load`: shoppers who add to their carts all the time, and a record of every answer."""

import random
import threading
from collections import Counter
from types import TracebackType

from tests.faults.shopper import Add, LeanShopper, Outcome
from tests.faults.template import Good
from tests.support.waiting import wait_until

CLIENTS = 4
ADDS_PER_SHOPPER = 20  # then a new shopper comes with an empty cart
PAUSE = 0.02  # seconds between two adds of a client: the processes under test need the cores too


class Load:
    """Adds by several clients at once, for as long as the block lasts."""

    def __init__(self, port: int, goods: list[Good], *, seed: int = 1, clients: int = CLIENTS) -> None:
        self.adds: list[Add] = []
        self.pages_away = 0  # visits that got no page with a form
        self._port, self._goods = port, goods
        self._stop_asked = threading.Event()
        seeds = [seed * 1000 + number for number in range(clients)]
        self._threads = [threading.Thread(target=self._shop, args=(each,), daemon=True) for each in seeds]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_asked.set()
        for thread in self._threads:
            thread.join()

    def _shop(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self._stop_asked.is_set():
            shopper = LeanShopper(self._port)
            if shopper.arrive(chance.choice(self._goods)):
                self._fill_a_cart(shopper, chance)
            else:
                self.pages_away += 1
            shopper.leave()
            self._stop_asked.wait(PAUSE)

    def _fill_a_cart(self, shopper: LeanShopper, chance: random.Random) -> None:
        for _ in range(ADDS_PER_SHOPPER):
            if self._stop_asked.wait(PAUSE):
                return
            self.adds.append(shopper.add(chance.choice(self._goods), chance.randint(1, 3)))

    def one_more(self) -> None:
        """Make one add by a new shopper."""
        shopper, good = LeanShopper(self._port), self._goods[0]
        wait_until(lambda: shopper.arrive(good), "a page is shown")
        self.adds.append(shopper.add(good, 1))
        shopper.leave()

    def count(self, outcome: Outcome) -> int:
        return sum(add.outcome == outcome for add in list(self.adds))

    def goes_on(self, more: int = 20) -> None:
        """Wait until so many more adds have succeeded."""
        goal = self.count(Outcome.ACKED) + more
        try:
            wait_until(lambda: self.count(Outcome.ACKED) >= goal, f"{more} more adds succeed", 60)
        except AssertionError as error:
            raise AssertionError(f"{error}; answered with {self.statuses}, pages away {self.pages_away}") from error

    def lasts(self, seconds: float) -> None:
        """Let the shoppers go on for so many seconds: the duration of a fault."""
        self._stop_asked.wait(seconds)

    @property
    def statuses(self) -> Counter[int]:
        """How often each status was returned; 0 is no answer."""
        return Counter(add.status for add in self.adds)

    @property
    def longest(self) -> float:
        """Seconds of the slowest add, answered or not."""
        return max((add.seconds for add in self.adds), default=0.0)

    def repeat_unknown(self) -> int:
        """Send the forms of unanswered adds again, as shoppers do. Returns how many there were."""
        unknown = [add for add in self.adds if add.outcome == Outcome.UNKNOWN]
        for add in unknown:
            add.shopper.leave()
            add.shopper.send(add)
            add.shopper.leave()
        return len(unknown)
