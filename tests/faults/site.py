"""`Site`: a whole running shop for one test: PostgreSQL, Valkey, web, two workers and beat."""

import http.client
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from redis import Redis

from tests.faults.parts import Part, Supervisor
from tests.faults.pgbouncer import PgBouncer
from tests.faults.proxy import Proxy
from tests.faults.running import RunningShop
from tests.faults.template import copy_template
from tests.support.waiting import wait_until
from tools.local.places import throw_away_folder
from tools.local.server import free_port
from tools.local.servers import Postgres, Server, Valkey

QUEUES = {"shopper": "shopper,staff", "bulk": "scheduled,bulk"}  # as `make up` divides them


@dataclass(frozen=True)
class Setup:
    """What differs for a test: environment variables of all or some parts, and settings of the servers."""

    env: Mapping[str, str] = field(default_factory=dict)
    part_env: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    postgres: Mapping[str, str | int] = field(default_factory=dict)
    durable_redis: bool = False
    pooled: bool = False  # with PgBouncer, as in docs/scaling.md
    without: tuple[str, ...] = ()  # parts that are not started at first


class Site(RunningShop):
    """The shop. All its processes use Redis through `proxy`, which a test may stall or cut."""

    def __init__(self, folder: Path, setup: Setup) -> None:
        self.folder, self._setup = folder, setup
        # Without fsync a power cut would lose commits. A kill loses none, as long as commits reach the kernel.
        settings = {"synchronous_commit": "on", **setup.postgres}
        self.postgres = Postgres(folder / "postgres", durable=False, settings=settings)
        self.valkey = Valkey(folder / "valkey", durable=setup.durable_redis)
        self.pgbouncer = PgBouncer(folder / "pgbouncer", self.postgres)
        self.proxy: Proxy
        self.parts: dict[str, Part] = {}
        self.port = free_port()

    @property
    def redis(self) -> Redis:
        """A client without the proxy."""
        return Redis.from_url(self.valkey.url, decode_responses=True)

    @property
    def database_url(self) -> str:
        return self.postgres.url

    @property
    def servers(self) -> list[Server]:
        """The servers in the order of their start."""
        return [self.postgres, self.valkey, *([self.pgbouncer] if self._setup.pooled else [])]

    def arm(self, point: str) -> None:
        """Let the next process that passes this failpoint die there; see `failpoints`."""
        (self.folder / "armed" / point).touch()

    def disarm(self, point: str) -> None:
        (self.folder / "armed" / point).unlink(missing_ok=True)

    def is_armed(self, point: str) -> bool:
        return (self.folder / "armed" / point).exists()

    @property
    def workers(self) -> list[Part]:
        return [self.parts[name] for name in QUEUES if name in self.parts]

    @property
    def restarts(self) -> int:
        return sum(part.restarts for part in self.parts.values())

    def add_part(self, name: str, command: list[str], up: str, **env: str) -> Part:
        """Start another process of the shop. `up` is in its log when it is ready."""
        environment = self._environment() | env | dict(self._setup.part_env.get(name, {}))
        if self._setup.pooled:
            database = self.pgbouncer.url_for(environment["SHOP_PROCESS"])
            environment |= {"DATABASE_URL": database, "DATABASE_STARTUP_OPTIONS": "false"}
        part = self.parts[name] = Part(name, command, environment, self.folder, lambda log: up in log)
        part.start()
        return part

    def add_worker(self, name: str, queues: str) -> Part:
        celery = ["celery", "-A", "tests.faults.worker", "worker", "--loglevel", "INFO"]
        options = ["-Q", queues, "--concurrency", "2", "--hostname", f"{name}@%h"]
        return self.add_part(name, [*celery, *options], " ready.", SHOP_PROCESS="worker")

    def add_beat(self, name: str = "beat") -> Part:
        schedule = str(self.folder / f"{name}-schedule")
        beat = ["celery", "-A", "tests.faults.worker", "beat", "--loglevel", "INFO", "--schedule", schedule]
        return self.add_part(name, beat, "beat: Starting", SHOP_PROCESS="command")

    def add_web(self) -> Part:
        gunicorn = ["gunicorn", "--config", "gunicorn.conf.py", "tests.faults.web"]
        return self.add_part("web", gunicorn, "Booting worker", SHOP_PROCESS="web", PORT=str(self.port))

    def _environment(self) -> dict[str, str]:
        parts = urlsplit(self.valkey.url)
        through_proxy = parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{self.proxy.port}")
        return {
            **os.environ,
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": urlunsplit(through_proxy),
            "SECRET_KEY": "of the tests only",
            "STATIC_COLLECTED": "false",
            "SHOP_ADDS_PER_MINUTE": "0",
            "SHOP_ORDERS_PER_HOUR": "0",
            "PYTHONUNBUFFERED": "1",
            "FAULTS_FOLDER": str(self.folder / "armed"),
            **self._setup.env,
        }

    def start_parts(self) -> None:
        """Start all parts at once: they share two cores, and imports take most of the time."""
        starts = {"web": self.add_web, "beat": self.add_beat}
        starts |= {name: lambda name=name: self.add_worker(name, QUEUES[name]) for name in QUEUES}  # type: ignore[misc]
        for name, start in starts.items():
            if name not in self._setup.without:
                start()
        wait_until(lambda: all(part.is_ready for part in self.parts.values()), "every part is ready", 60)
        if "web" in self.parts:
            wait_until(self.answers, "the web answers", 60)

    def kill_parts(self) -> None:
        for part in self.parts.values():
            part.kill()

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            with connection.getresponse() as answer:
                return answer.status == 200
        except OSError:
            return False
        finally:
            connection.close()


@contextmanager
def running_site(template: Path, setup: Setup | None = None) -> Iterator[Site]:
    """Start a shop. Afterwards no process and no file of it is left."""
    with ExitStack() as stack:
        site = Site(stack.enter_context(throw_away_folder()), setup or Setup())
        for name in ("postgres", "armed"):
            (site.folder / name).mkdir()
        copy_template(template, site.folder / "postgres")
        for server in site.servers:
            stack.callback(server.kill)
            server.start()
        site.proxy = stack.enter_context(Proxy(site.valkey.port or 0))
        stack.callback(site.kill_parts)
        site.start_parts()
        supervisor = Supervisor(site.parts)
        supervisor.start()
        stack.callback(supervisor.stop)
        yield site
