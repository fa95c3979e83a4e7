"""`Postgres`: a private PostgreSQL 18 on 127.0.0.1, with a password and a database called `shop`."""

import os
import signal
import time
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]

from tools.local.binaries import is_named, postgres_programs
from tools.local.places import kept_secret, server_user, write_private
from tools.local.process import POLL_SECONDS, Popen, processes_in, run_to_end, signal_each, spawn
from tools.local.server import Server
from tools.terminal import LocalError, with_log

NAME = "shop"  # of the database and of its user
LEFTOVER_SECONDS = 10.0
SETTINGS: dict[str, str | int] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # its path may be too long for a socket
    "max_connections": 200,
    "log_error_verbosity": "terse",  # without the rows of an error: they are customers' data
    "log_file_mode": "0600",  # in case somebody turns on its logging collector
}
# For data that need not survive a power cut.
FAST: dict[str, str | int] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres(Server):
    """A private PostgreSQL. Its user must be able to reach `folder` (`places.reachable_folder`)."""

    name = "PostgreSQL"
    log_name = "postgres.log"
    stop_signal = signal.SIGINT  # fast shutdown: does not wait for clients to disconnect
    death_signal = signal.SIGQUIT  # unlike SIGKILL, it also ends a backend in the middle of a long query

    @property
    def url(self) -> str:
        return f"postgres://{NAME}:{self.password}@127.0.0.1:{self.port}/{NAME}"

    @property
    def password(self) -> str:
        """The password of the only user, generated with the data."""
        return kept_secret(self.folder / "password")

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.folder.resolve() / "data"

    def start(self) -> None:
        """Start, wait until it answers, and create the database if it is missing. Raises LocalError."""
        super().start()
        self._create_database()

    def _prepare(self) -> None:
        if not self.data.exists():
            self._initdb()
        self._clear_leftovers()

    def _initdb(self) -> None:
        """Run initdb in another folder and rename it, so that an interrupted run leaves none that looks complete."""
        new, password_file = self._new_folder(), self.folder / "initdb-password"
        write_private(password_file, self.password + "\n")
        self._give_away(password_file)
        command = [str(postgres_programs() / "initdb"), "--pgdata", str(new), "--username", NAME]
        command += ["--pwfile", str(password_file), "--auth", "scram-sha-256", "--encoding", "UTF8"]
        if is_named():  # it may be older than version 17
            command += ["--locale", "C.UTF-8"]
        else:
            # PostgreSQL's own Unicode rules are the same on a machine without any locale.
            command += ["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
        command += ["--no-instructions"] if self.durable else ["--no-instructions", "--no-sync"]
        try:
            if run_to_end(self._spawn(command), self.waiting):
                raise LocalError(with_log("PostgreSQL's initdb failed.", self.log))
        finally:
            password_file.unlink()
        new.rename(self.data)

    def _new_folder(self) -> Path:
        new = self.data.with_name("data.new")
        if new.exists():
            new.rename(new.with_name(f"data.broken-{time.time():.0f}"))
        new.mkdir(mode=0o700)
        self._give_away(new)
        return new

    def _give_away(self, path: Path) -> None:
        if user := server_user():
            os.chown(path, *user)

    def _clear_leftovers(self) -> None:
        """End processes that outlived a killed runner, and delete the pid file that they left.

        PostgreSQL itself only checks whether *some* process has the pid in the file, and pids are used again.
        """
        if not (self.data / "postmaster.pid").exists():
            return
        deadline = time.monotonic() + LEFTOVER_SECONDS
        for number in (signal.SIGQUIT, signal.SIGKILL):
            signal_each(processes_in(self.data), signal.SIGCONT)
            signal_each(processes_in(self.data), number)
            while processes_in(self.data) and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
        if Path("/proc/self/cwd").exists():  # else a process that still writes could not have been found
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _launch(self, port: int) -> Popen:
        settings = SETTINGS | ({} if self.durable else FAST) | self.settings | {"port": port}
        command = [str(postgres_programs() / "postgres"), "-D", str(self.data)]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        return self._spawn(command)

    def _spawn(self, command: list[str]) -> Popen:
        # Without the caller's PG* variables, and in a folder that the server's user may enter.
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
        return spawn(
            command,
            env=env,
            log=self.log,
            cwd=self.folder,
            user=server_user(),
            death_signal=self.death_signal,
        )

    def _not_ready(self) -> str:
        try:
            self._connect().close()
        except psycopg2.OperationalError as error:
            return str(error).strip()
        return ""

    def _connect(self) -> "psycopg2.extensions.connection":
        return psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            user=NAME,
            password=self.password,
            dbname="postgres",
            sslmode="disable",
            connect_timeout=5,
        )

    def _create_database(self) -> None:
        connection = self._connect()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{NAME}"')
        finally:
            connection.close()
