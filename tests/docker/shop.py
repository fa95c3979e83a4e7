"""A whole shop in containers, as the load and the invariants of the fault matrix see it."""

import sys
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from docker.models.containers import Container

from tests.docker.engine import Compose
from tests.faults.enduring import Observed
from tests.faults.running import RunningShop
from tests.faults.template import GOODS, Good, make_good
from tests.support.waiting import wait_until
from tools.local.server import free_port

PASSWORD = "of-the-tests-only"
SECRET_KEY = "a key that is long enough for the checks and of the tests only"
LONGEST_START = 180.0  # seconds, of everything at once on a busy machine
_rounds = count()


class DockerShop(RunningShop):
    """docker-compose.yml, up. Only its proxy is asked for pages."""

    def __init__(self, folder: Path) -> None:
        self.port, self._postgres_port = free_port(), free_port()
        self._goods: list[Good] = []
        self.compose = Compose(
            "holdfast-test",
            folder,
            {
                "SECRET_KEY": SECRET_KEY,
                "POSTGRES_PASSWORD": PASSWORD,
                "REDIS_PASSWORD": PASSWORD,
                "FLOWER_BASIC_AUTH": f"staff:{PASSWORD}",
                "PORT": str(self.port),
                "HTTPS_PORT": str(free_port()),
                "TEST_POSTGRES_PORT": str(self._postgres_port),
                # Clients are counted, and never refused.
                "SHOP_ADDS_PER_MINUTE": "1000000",
                "SHOP_ORDERS_PER_HOUR": "0",
            },
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return f"postgres://shop:{PASSWORD}@127.0.0.1:{self._postgres_port}/shop"

    @property
    def restarts(self) -> int:
        return sum(container.attrs["RestartCount"] for container in self.compose.containers())

    def start(self) -> None:
        """Build the images and start everything. What an earlier run may have left is removed first."""
        self.remove()
        self.compose("up", "--detach", "--build")
        self.wait_until_healthy()

    def remove(self) -> None:
        """All but its images, which have a name of these tests and make the next build quick."""
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "20")

    def scale(self, **replicas: int) -> None:
        scales = [argument for name, number in replicas.items() for argument in ("--scale", f"{name}={number}")]
        self.compose("up", "--detach", "--no-deps", "--no-recreate", *scales, *replicas)
        self.wait_until_healthy()

    def containers(self, service: str) -> list[Container]:
        return self.compose.containers(service)

    def image(self, service: str) -> str:
        """The name of the image that a service has."""
        return str(self.containers(service)[0].attrs["Config"]["Image"])

    def wait_until_healthy(self) -> None:
        """Until everything that has a health check says so: everything but what ran once."""
        took = wait_until(lambda: not self.unhealthy(), "all containers are healthy", LONGEST_START)
        say(f"  all containers are healthy after {took:.0f} s")

    def unhealthy(self) -> list[str]:
        containers = [one for one in self.compose.containers() if "Health" in one.attrs["State"]]
        return [str(one.name) for one in containers if one.attrs["State"]["Health"]["Status"] != "healthy"]

    def kill(self, service: str) -> None:
        for container in self.containers(service):
            container.kill()

    def revive(self, service: str) -> None:
        """Docker leaves dead what somebody killed on purpose."""
        for container in self.containers(service):
            container.start()

    def new_goods(self) -> None:
        """Goods of one test, and no memory of what was added before it."""
        self.sql("DELETE FROM cart_idempotencykey")
        number = next(_rounds)
        with self.orm():
            self._goods = [make_good(f"T{number}G{i}", stock, low) for i, (stock, low) in enumerate(GOODS)]

    def goods(self) -> list[Good]:
        return self._goods


def did_since(containers: Iterable[Container], since: float, words: str) -> bool:
    """Whether each of them wrote these words to its log since this time."""
    return all(words.encode() in container.logs(since=since) for container in containers)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tell(observed: Observed) -> None:
    say(
        f"  {observed.acked} adds acknowledged, {observed.repeated} sent again, {observed.committed} committed; "
        f"the longest took {observed.longest_add * 1000:.0f} ms; effects done {observed.lag:.1f} s later; "
        f"answers {dict(observed.statuses)}"
    )
