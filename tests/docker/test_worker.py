"""The worker's smoke tests over containers that pytest-celery starts: the shop's image, and a Redis without a disk.

They are in the network of the running shop, for its PostgreSQL, where they have a database of their own.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_celery import CeleryTestBroker, CeleryTestWorker, CeleryWorkerContainer, RedisContainer, RedisTestBroker
from pytest_docker_tools import container, fxtr

from tests.docker.engine import engine
from tests.docker.shop import PASSWORD, SECRET_KEY, DockerShop
from tests.faults.parts import REPOSITORY
from tests.faults.template import orm
from tests.support.worker_smoke import WorkerSmoke

DATABASE = "smoke"


class ShopWorker(CeleryWorkerContainer):  # type: ignore[misc]
    """The image's worker. pytest-celery's own would need an image of pytest-celery's."""

    @property
    def ready_prompt(self) -> str:
        return " ready."

    @classmethod
    def command(cls, *args: str, **kwargs: Any) -> list[str]:
        return [
            "celery",
            "-A",
            "tests.support.worker_with_probes",
            "worker",
            "--loglevel",
            "INFO",
            "--concurrency",
            "2",
        ]


class ReachableRedis(RedisContainer):  # type: ignore[misc]
    """pytest-celery's, whose address from here is right also where the tests are in a container themselves."""

    @property
    def host_url(self) -> str:
        host, port = self.get_addr("6379/tcp")
        return f"redis://{host}:{port}/0"


default_redis_broker = container(
    image="{default_redis_broker_image}",
    command=fxtr("default_redis_broker_command"),
    ports=fxtr("default_redis_broker_ports"),
    network="{default_pytest_celery_network.name}",
    tmpfs={"/data": ""},  # else a volume would be left behind
    wrapper_class=ReachableRedis,
    timeout=60,
)

default_worker_container = container(
    image="{shop_image}",
    command=fxtr("default_worker_command"),
    environment=fxtr("default_worker_env"),
    network="{default_pytest_celery_network.name}",
    volumes={str(REPOSITORY / "tests"): {"bind": "/app/tests", "mode": "ro"}},
    wrapper_class=ShopWorker,
    timeout=60,
)


@pytest.fixture
def shop_image(shop: DockerShop) -> str:
    return shop.image("worker")


@pytest.fixture
def default_worker_container_cls() -> type[CeleryWorkerContainer]:
    return ShopWorker


@pytest.fixture
def default_worker_env(celery_broker_cluster_config: dict[str, Any], smoke_database: str) -> dict[str, str]:
    return {
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": f"postgres://shop:{PASSWORD}@postgres:5432/{DATABASE}",
        "REDIS_URL": celery_broker_cluster_config["urls"][0],
        "SHOP_PROCESS": "worker",
        "LOG_FORMAT": "line",
    }


@pytest.fixture
def default_pytest_celery_network(shop: DockerShop) -> Any:
    return engine().networks.get(f"{shop.compose.project}_default")


@pytest.fixture
def default_redis_broker_image(shop: DockerShop) -> str:
    """The one that the shop has, which is on this machine by now."""
    return shop.image("redis")


@pytest.fixture
def celery_backend_cluster() -> None:
    """Results are in PostgreSQL."""


@pytest.fixture
def celery_broker(celery_redis_broker: RedisTestBroker) -> CeleryTestBroker:
    return celery_redis_broker


@pytest.fixture
def celery_worker(celery_setup_worker: CeleryTestWorker) -> CeleryTestWorker:
    return celery_setup_worker


@pytest.fixture(scope="session")
def smoke_database(shop: DockerShop) -> str:
    """The address from here of an empty database with the shop's tables."""
    url = shop.database_url.removesuffix("shop") + DATABASE
    server = engine().containers.get(str(shop.containers("postgres")[0].id))
    made = server.exec_run(["createdb", "--username", "shop", "--host", "/run/postgresql", DATABASE])
    assert made.exit_code == 0, made.output
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(
        command, env={**os.environ, "DATABASE_URL": url, "SHOP_PROCESS": "command"}, cwd=REPOSITORY, check=True
    )
    return url


@pytest.fixture
def models_of_worker(smoke_database: str) -> Iterator[None]:
    with orm(smoke_database):
        yield


class TestWorkerInContainer(WorkerSmoke):
    """A container of the shop's image."""
