"""PostgreSQL and Valkey for the shop: those that the environment names, else private ones."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tools.local.places import locked, reachable_folder, throw_away_folder
from tools.local.postgres import Postgres
from tools.local.process import Waiting, keep_waiting
from tools.local.server import Server
from tools.local.valkey import Valkey

__all__ = ["Postgres", "PrivateServers", "Server", "Valkey", "private_servers"]


class PrivateServers:
    """Those of the two that the environment does not name, with their data under `folder`, which must be locked."""

    def __init__(self, folder: Path, *, durable: bool, waiting: Waiting = keep_waiting) -> None:
        self.by_variable: dict[str, Server] = {}
        if not os.environ.get("DATABASE_URL"):
            place = reachable_folder(folder / "postgres")
            self.by_variable["DATABASE_URL"] = Postgres(place, durable=durable, waiting=waiting)
        if not os.environ.get("REDIS_URL"):
            self.by_variable["REDIS_URL"] = Valkey(folder / "valkey", durable=durable, waiting=waiting)

    @property
    def environment(self) -> dict[str, str]:
        """Return DATABASE_URL and REDIS_URL of the started servers."""
        addresses = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
        return addresses | {name: server.url for name, server in self.by_variable.items()}

    def start(self) -> None:
        """Start all of them, or none and raise LocalError."""
        try:
            for server in self.by_variable.values():
                server.start()
        except BaseException:
            self.stop()
            raise

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop all of them, last started first, even if stopping one fails."""
        with ExitStack() as stops:
            for server in self.by_variable.values():
                stops.callback(server.stop, hurry)


@contextmanager
def private_servers(
    folder: Path | None = None, *, durable: bool = True, waiting: Waiting = keep_waiting
) -> Iterator[dict[str, str]]:
    """Yield {"DATABASE_URL": …, "REDIS_URL": …}: the environment's, else of servers started for this block.

    Their data is kept in `folder`, or deleted afterwards if that is None. `durable=False` is faster, but a power cut
    destroys the data. Raises LocalError if a server does not start, or another process has locked `folder`.
    """
    with ExitStack() as stack:
        if folder is None:
            folder = stack.enter_context(throw_away_folder())
        else:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(locked(folder))
        servers = PrivateServers(folder, durable=durable, waiting=waiting)
        stack.callback(servers.stop)
        servers.start()
        yield servers.environment
