"""The worker's smoke tests over local processes; `make test-docker` runs the same over containers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_celery import CeleryTestBroker, CeleryTestWorker

from core.celery import app
from tests.support.processes import start_worker
from tests.support.worker_smoke import WorkerSmoke
from tools.local.servers import Valkey


class LocalBroker:
    """A Valkey of a test's own, with the methods that pytest-celery's nodes ask of a container."""

    name = id = "broker"

    def __init__(self, folder: Path) -> None:
        self._valkey = Valkey(folder)
        self._valkey.start()
        self.status = "running"

    @property
    def celeryconfig(self) -> dict[str, Any]:
        return {"url": self._valkey.url, "host_url": self._valkey.url}

    def kill(self, signal: str) -> None:
        self._valkey.kill()
        self.status = "exited"

    def reload(self) -> None:
        """Nothing is cached."""

    def restart(self, timeout: float) -> None:
        self._valkey.start()
        self.status = "running"

    def teardown(self) -> None:
        self._valkey.stop()


@pytest.fixture
def models_of_worker(transactional_db: None) -> None:
    """Those of this test."""


@pytest.fixture
def celery_broker(tmp_path: Path) -> Iterator[CeleryTestBroker]:
    # Without the app, which it would lead to this broker for good when it starts it again.
    node = CeleryTestBroker(LocalBroker(tmp_path / "broker"))
    yield node
    node.teardown()


@pytest.fixture
def celery_worker(
    models_of_worker: None, celery_broker: CeleryTestBroker, tmp_path: Path
) -> Iterator[CeleryTestWorker]:
    url = celery_broker.config()["url"]
    node = CeleryTestWorker(start_worker(tmp_path, application="tests.support.worker_with_probes", REDIS_URL=url), app)
    node.ready()
    yield node
    node.teardown()


class TestLocalWorker(WorkerSmoke):
    """A process, as `make up` starts it."""
