"""One shop in containers for all of these tests, gone when they end in whatever way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docker.engine import trouble
from tests.docker.shop import DockerShop, say
from tests.support.own_servers import _database, empty_redis

__all__ = ["_database", "empty_redis"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.timeout(600))


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.items and (why := trouble()):
        pytest.exit(f"make test-docker: {why}", returncode=2)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[DockerShop]:
    shop = DockerShop(tmp_path_factory.mktemp("compose"))
    try:
        shop.start()
        yield shop
    finally:
        if request.session.testsfailed:
            say("\nWhat the containers wrote last:")
            shop.compose("logs", "--tail", "15")
        shop.remove()
