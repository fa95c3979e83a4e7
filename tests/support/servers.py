"""A pytest plugin (`-p tests.support.servers`) that gives the tests their own PostgreSQL and Valkey.

They are started before pytest-django reads the settings, which need the addresses; a conftest would be too late. All
processes of a run share one PostgreSQL, where each has its own database. Each has its own Valkey, since a test may stop
or flush it. A run of pure tests (`-m pure`) starts neither.
"""

import atexit
import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tools.local import server
from tools.local.servers import private_servers

_NOBODY_LISTENS = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing", "REDIS_URL": "redis://127.0.0.1:1/0"}
_servers = ExitStack()

if "PYTEST_XDIST_WORKER" in os.environ:
    # A port is chosen some time before it is bound, so each process of a run chooses from its own part of the range.
    _number, _count = int(os.environ["PYTEST_XDIST_WORKER"][2:]), int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    server.PORTS = server.PORTS[_number::_count]

os.environ.setdefault("SECRET_KEY", "of the tests only")
# A process of the site, but with longer time-outs (tests/conftest.py), so that a test that waits for a lock ends.
os.environ["SHOP_PROCESS"] = "web"
os.environ["STATIC_COLLECTED"] = "false"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Start the servers before pytest-django's own hook reads the settings."""
    if early_config.known_args_namespace.markexpr == "pure":
        os.environ.update(_NOBODY_LISTENS)
    else:
        _start()
    return (yield)


def _start() -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.pop("REDIS_URL", None)
    # For a run that ends before its start, for example because the settings do not load.
    atexit.register(_servers.close)
    os.environ.update(_servers.enter_context(private_servers(durable=False)))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers at the end of the run."""
    _servers.close()
