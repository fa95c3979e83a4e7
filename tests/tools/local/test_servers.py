"""The private servers: the same port and data after any end, and nothing in their way."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tools.local.binaries import postgres_programs, valkey_server
from tools.local.places import reachable_folder, server_user, throw_away_folder
from tools.local.process import end_group, is_stopped, processes_in, spawn
from tools.local.servers import Postgres, Valkey, private_servers
from tools.terminal import LocalError

pytestmark = pytest.mark.servers

NO_RETRY = Retry(NoBackoff(), 0)


@pytest.fixture(scope="module")
def shared_postgres() -> Iterator[Postgres]:
    with throw_away_folder() as folder:
        server = Postgres(folder, durable=False, settings={"max_connections": 12})
        server.start()
        yield server
        server.stop()


@pytest.fixture
def postgres(shared_postgres: Postgres) -> Postgres:
    """One that runs, whatever the test before did to it; making its data anew takes most of a second."""
    if shared_postgres.running:
        shared_postgres.thaw()
    shared_postgres.start()
    return shared_postgres


@pytest.fixture
def valkey(open_folder: Path) -> Iterator[Valkey]:
    server = Valkey(open_folder)
    server.start()
    yield server
    server.stop()


def ask(server: Postgres, statement: str) -> object:
    connection = psycopg2.connect(server.url, connect_timeout=5)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def client(server: Valkey) -> "redis.Redis":
    return redis.Redis.from_url(server.url, socket_timeout=5, retry=NO_RETRY)


def test_postgres_keeps_port_and_data_over_stop_and_kill(postgres: Postgres) -> None:
    assert ask(postgres, "SHOW max_connections") == "12"
    ask(postgres, "CREATE TABLE kept AS SELECT 1 AS one")
    address = postgres.url
    for end in (postgres.stop, postgres.kill):
        end()
        assert not postgres.running
        assert not processes_in(postgres.data)
        postgres.start()
        assert postgres.url == address
        assert ask(postgres, "SELECT one FROM kept") == 1


def test_postgres_starts_although_its_stale_pid_is_somebody_elses(postgres: Postgres) -> None:
    postgres.kill()
    # PostgreSQL believes a pid file if a process of its own user has the number.
    other = spawn(["sleep", "60"], env={"PATH": os.environ["PATH"]}, log=postgres.log, user=server_user())
    pid_file = postgres.data / "postmaster.pid"
    pid_file.write_text("\n".join([str(other.pid), *pid_file.read_text().splitlines()[1:]]) + "\n")
    postgres.start()
    assert ask(postgres, "SELECT 1") == 1
    assert other.poll() is None  # it was left alone
    end_group(other)


def test_postgres_that_outlived_its_runner_is_ended_before_the_next_start(postgres: Postgres) -> None:
    orphan, postgres.process = postgres.process, None
    postgres.port = None
    postgres.start()
    assert orphan is not None
    assert orphan.poll() is not None
    assert ask(postgres, "SELECT 1") == 1


def test_frozen_postgres_does_not_answer_until_it_thaws(postgres: Postgres) -> None:
    connection = psycopg2.connect(postgres.url)
    postgres.freeze()
    assert is_stopped(connection.get_backend_pid())
    with pytest.raises(psycopg2.OperationalError, match="timeout expired"):
        ask(postgres, "SELECT 1")
    postgres.thaw()
    connection.cursor().execute("SELECT 1")
    connection.close()
    assert ask(postgres, "SELECT 1") == 1


def test_postgres_refuses_a_wrong_password(postgres: Postgres) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(postgres.url.replace(postgres.password, "wrong"))


def test_start_that_fails_says_why_and_leaves_nothing(open_folder: Path) -> None:
    server = Postgres(open_folder, durable=False, settings={"max_connections": "many"})
    with pytest.raises(
        LocalError, match=r"(?s)PostgreSQL ended at its start .* invalid value for parameter .max_connections"
    ):
        server.start()
    assert not server.running


def test_valkey_keeps_port_and_data_over_stop_and_kill(valkey: Valkey) -> None:
    client(valkey).set("kept", "1")
    address = valkey.url
    for end in (valkey.stop, valkey.kill):
        end()
        valkey.start()
        assert valkey.url == address
        assert client(valkey).get("kept") == b"1"
    assert client(valkey).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_frozen_valkey_does_not_answer_until_it_thaws(valkey: Valkey) -> None:
    valkey.freeze()
    with pytest.raises(redis.TimeoutError):
        client(valkey).ping()
    valkey.thaw()
    assert client(valkey).ping()


def test_valkey_refuses_whoever_has_no_password(valkey: Valkey) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=valkey.port or 0, retry=NO_RETRY).ping()


def test_server_outlives_the_thread_that_started_it(open_folder: Path) -> None:
    server = Valkey(open_folder, durable=False)
    thread = threading.Thread(target=server.start)
    thread.start()
    thread.join()
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline:
        assert client(server).ping()
    server.stop()


def test_one_folder_serves_one_at_a_time(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/shop")
    monkeypatch.delenv("REDIS_URL")
    with private_servers(open_folder) as addresses:
        assert addresses["DATABASE_URL"] == "postgres://elsewhere/shop"
        with pytest.raises(LocalError, match="already running"), private_servers(open_folder):
            pass
    with private_servers(open_folder) as again:
        assert again["REDIS_URL"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's folders are closed to PostgreSQL's user")
def test_data_lies_elsewhere_where_the_folder_is_closed(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    place = reachable_folder(closed / "postgres")
    try:
        server = Postgres(place, durable=False)
        server.start()
        ask(server, "CREATE TABLE kept AS SELECT 1 AS one")
        server.stop()
        again = Postgres(reachable_folder(closed / "postgres"), durable=False)
        again.start()
        assert ask(again, "SELECT one FROM kept") == 1
        again.stop()
        assert (closed / "postgres").is_symlink()
    finally:
        shutil.rmtree(place)


def open_to_others(folder: Path) -> list[str]:
    """Files and listings below a folder that another user of the machine could read."""
    found = []
    for path in folder.iterdir():
        mode = path.lstat().st_mode
        if path.is_dir() and not path.is_symlink():
            found += [f"{path}/"] if mode & 0o066 else []
            found += open_to_others(path) if mode & 0o011 else []
        elif not path.is_symlink() and mode & 0o066:
            found.append(str(path))
    return found


def test_private_files_are_for_their_owner(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those that a version before left open, and whoever starts the servers with whichever umask."""
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    (open_folder / "postgres").mkdir()
    (open_folder / "valkey").mkdir(mode=0o755)
    (open_folder / "postgres" / "postgres.log").touch(mode=0o644)
    umask = os.umask(0o022)
    try:
        with private_servers(open_folder) as addresses:
            redis.Redis.from_url(addresses["REDIS_URL"], retry=NO_RETRY).set("name", "Ada")
            assert list((open_folder / "valkey" / "appendonlydir").iterdir())
            assert open_to_others(open_folder) == []
            kept = (open_folder / "valkey" / "appendonlydir").rglob("*")
            assert [path for path in kept if path.stat().st_mode & 0o077] == []
    finally:
        os.umask(umask)


def test_the_log_of_postgres_has_no_rows(postgres: Postgres) -> None:
    ask(postgres, "CREATE TABLE customers (name text PRIMARY KEY, age int CHECK (age > 0))")
    with pytest.raises(psycopg2.errors.CheckViolation):
        ask(postgres, "INSERT INTO customers VALUES ('Ada Lovelace', -1)")
    log = postgres.log.read_text()
    assert 'violates check constraint "customers_age_check"' in log
    assert "Failing row" not in log


def test_programs_that_the_environment_names_are_used(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as those of another version. They may know no Unicode rules but those of the system."""
    programs, valkey = postgres_programs(), valkey_server()
    renamed = open_folder / "redis-server"
    renamed.symlink_to(valkey)
    monkeypatch.setenv("POSTGRES_PROGRAMS", str(programs))
    monkeypatch.setenv("REDIS_SERVER", str(renamed))
    assert (postgres_programs(), valkey_server()) == (programs, renamed)
    server = Postgres(open_folder, durable=False)
    server.start()
    try:
        assert ask(server, "SELECT datlocprovider::text || lower('Ä') FROM pg_database LIMIT 1") == "cä"
    finally:
        server.stop()
