"""A real PgBouncer in front of a test's PostgreSQL, with the settings and roles of the documents."""

import re
import secrets
import shutil
import signal
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]

from tests.faults.parts import REPOSITORY
from tests.support.requiring import cannot_run
from tools.local.places import server_user
from tools.local.process import Popen, spawn
from tools.local.server import Server
from tools.local.servers import Postgres

POOL_SIZE = 5  # connections to PostgreSQL for a role; fewer than the web has threads
WEB, WORKER, STATS = "shop_web", "shop_worker", "shop_stats"
_ROLES = {"web": WEB, "worker": WORKER, "command": WORKER}
_PASSWORD = secrets.token_urlsafe(16)


def pgbouncer_program() -> str:
    """Return its path. Without it the test is skipped, or fails under REQUIRE_PGBOUNCER=1."""
    found = shutil.which("pgbouncer", path="/usr/sbin:/usr/local/bin:/usr/bin")
    return found or cannot_run("no pgbouncer (on Debian: apt install pgbouncer)", required_by="REQUIRE_PGBOUNCER")


class PgBouncer(Server):
    """PgBouncer in transaction mode, with a pool of POOL_SIZE for each role."""

    name = "PgBouncer"
    log_name = "pgbouncer.log"
    stop_signal = signal.SIGTERM
    death_signal = signal.SIGKILL

    def __init__(self, folder: Path, postgres: Postgres) -> None:
        super().__init__(folder, durable=False)
        self._postgres = postgres

    @property
    def url(self) -> str:
        return self.url_for("web")

    def url_for(self, process: str) -> str:
        """Return the database's URL for such a process ("web", "worker" or "command")."""
        return f"postgres://{_ROLES[process]}:{_PASSWORD}@127.0.0.1:{self.port}/shop"

    def clients(self) -> int:
        """Return how many connections web processes have to it."""
        return sum(row["user"] == WEB for row in self._ask("SHOW CLIENTS"))

    @contextmanager
    def every_connection(self, process: str) -> Iterator[list["psycopg2.extensions.cursor"]]:
        """Yield a transaction on each of the POOL_SIZE connections to PostgreSQL in the pool of such processes."""
        with ExitStack() as stack:
            url = self.url_for(process)
            clients = [stack.enter_context(closing(psycopg2.connect(url))) for _ in range(POOL_SIZE)]
            cursors = [client.cursor() for client in clients]
            for cursor in cursors:
                cursor.execute("SELECT 1")  # begins the transaction
            yield cursors

    def _ask(self, command: str) -> list[dict[str, str]]:
        address = {"host": "127.0.0.1", "port": self.port, "user": STATS, "password": _PASSWORD}
        with closing(psycopg2.connect(dbname="pgbouncer", **address)) as console, console.cursor() as cursor:
            console.autocommit = True
            cursor.execute(command)
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _prepare(self) -> None:
        if self.folder.exists():
            return
        self.folder.mkdir()
        with closing(psycopg2.connect(self._postgres.url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(_documented("scaling.md", "sql"))
            cursor.execute(_documented("locking.md", "sql"))
            for role in (WEB, WORKER):
                cursor.execute(f"ALTER ROLE {role} PASSWORD %s", [_PASSWORD])

    def _launch(self, port: int) -> Popen:
        users, config = self.folder / "userlist.txt", self.folder / "pgbouncer.ini"
        users.write_text("".join(f'"{role}" "{_PASSWORD}"\n' for role in (WEB, WORKER, STATS)))
        with config.open("w") as file:
            self._settings(port, users).write(file)
        command = [pgbouncer_program(), str(config)]
        return spawn(command, env={"PATH": "/usr/bin:/bin"}, log=self.log, cwd=self.folder, user=server_user())

    def _settings(self, port: int, users: Path) -> ConfigParser:
        """The documented settings, with the test's addresses and pool size."""
        settings = ConfigParser(interpolation=None)
        settings.read_string(_documented("scaling.md", "ini"))
        settings["databases"]["shop"] = f"host=127.0.0.1 port={self._postgres.port} dbname=shop"
        here = {"listen_addr": "127.0.0.1", "listen_port": str(port), "auth_file": str(users), "unix_socket_dir": ""}
        settings["pgbouncer"].update({**here, "default_pool_size": str(POOL_SIZE)})
        return settings

    def _not_ready(self) -> str:
        try:
            self._ask("SHOW VERSION")
        except psycopg2.OperationalError as error:
            return str(error).strip()
        return ""


def _documented(name: str, language: str) -> str:
    """The only block of code in this language in a document."""
    text = (REPOSITORY / "docs" / name).read_text()
    (block,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(block)
