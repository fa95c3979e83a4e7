"""`Shop`: one of the two compared shops. It is prepared once, and started often from the same state."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bench.ab.servers import Servers
from bench.site import SETTINGS
from tools.local.children import Child, site
from tools.local.preflight import Ports
from tools.local.process import Waiting, exit_text, run_to_end, spawn
from tools.local.server import free_port
from tools.terminal import LocalError, with_log

_INSIDE = Path(__file__).with_name("inside")
# One process with one thread: with more, it is random which one serves a request.
_GUNICORN = ("gunicorn", "--config", "gunicorn.conf.py", "--workers", "1", "--threads", "1", "--keep-alive", "120")


@dataclass(frozen=True)
class Shop:
    """A revision's files in `folder / "code"`, run by this Python.

    `name` is "A" or "B". `number` is its database in Valkey.
    """

    name: str
    number: int
    folder: Path
    servers: Servers
    waiting: Waiting

    def prepare(self) -> None:
        """Make its tables and products. Raises LocalError if a command of the revision fails."""
        (self.folder / "log").mkdir()
        self.servers.create_database(self._prepared)
        self._run("manage.py", "migrate", "--noinput")
        self._run("-m", "compared_goods", str(self._goods_file))

    def web(self) -> Child:
        """Return a web process to start, with the tables as they were after `prepare`."""
        self.servers.create_database(self.database, template=self._prepared)
        self.servers.forget(self.number)
        ports = Ports(web=free_port(), flower=0)
        web = next(child for child in site(ports, self._env(self.database), self.folder, "") if child.name == "web")
        command = (*_GUNICORN, "--bind", f"127.0.0.1:{ports.web}", "compared_site")
        return replace(web, name=self.name, command=command, code=self._code)

    @property
    def database(self) -> str:
        return f"compared_{self.name.lower()}"

    @cached_property
    def goods(self) -> dict[str, Any]:
        """`Goods` without a guest, as `prepare` made them."""
        made: dict[str, Any] = json.loads(self._goods_file.read_text())
        return made

    @property
    def _code(self) -> Path:
        return self.folder / "code"

    @property
    def _goods_file(self) -> Path:
        return self.folder / "goods.json"

    @property
    def _prepared(self) -> str:
        return f"{self.database}_prepared"

    def _run(self, *arguments: str) -> None:
        log = self.folder / "log" / "prepare.log"
        env = self._env(self._prepared)
        code = run_to_end(spawn([sys.executable, *arguments], env=env, log=log, cwd=self._code), self.waiting)
        if code:
            failed = f"{self.name} cannot start: {' '.join(arguments[:2])} failed ({exit_text(code)})."
            raise LocalError(with_log(failed, log))

    def _env(self, database: str) -> Mapping[str, str]:
        return {
            **os.environ,
            **SETTINGS,
            "SHOP_HOLD_MINUTES_GUEST": "1000",
            "PYTHONPATH": str(_INSIDE),
            "PYTHONHASHSEED": "0",
            "DATABASE_URL": self.servers.database_url(database),
            "REDIS_URL": self.servers.redis_url(self.number),
        }
