"""`make up`: comes up whole, keeps itself up, and leaves nothing but the data."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
import pytest
import redis

from tests.support.waiting import wait_until
from tests.tools.local.runner import Runner
from tests.tools.local.test_servers import open_to_others

pytestmark = pytest.mark.servers

SLOW_TASK = """

@app.task(name="slow")
def slow(file: str, seconds: float) -> None:
    import pathlib, time
    pathlib.Path(file).write_text("begun")
    time.sleep(seconds)
    from django.db import connection  # the servers must outlive the task
    connection.cursor().execute("SELECT 1")
    pathlib.Path(file).write_text("done")
"""


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def started_again(runner: Runner, words: str, victim: int) -> bool:
    return runner.find(words) not in (None, victim)


def begin_slow_task(runner: Runner, seconds: float) -> Path:
    """Have the worker busy; returns the file where the task says "done"."""
    file = runner.project / "slow-task"
    send = (
        f"from celery_app import app; import django; django.setup(); app.send_task('slow', [{str(file)!r}, {seconds}])"
    )
    # Like a person in a second terminal: the addresses come from .local/env.
    subprocess.run([sys.executable, "-c", send], cwd=runner.project, env={"PATH": os.environ["PATH"]}, check=True)
    wait_until(file.exists, "the task runs")
    return file


def test_up_serves_restarts_what_dies_and_stops_in_order(start: Callable[..., Runner], project: Path) -> None:
    with (project / "celery_app.py").open("a") as source:
        source.write(SLOW_TASK)
    shop = start("up")
    shop.wait_until_up()
    assert status(shop.address("shop")) == 200
    assert [status(shop.address("Flower") + page) for page in ("", "metrics", "healthcheck")] == [401] * 3
    assert open_to_others(project / ".local") == []
    assert "staff / " in shop.output
    assert set(shop.local_env()) == {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    assert (project / ".local" / "env").stat().st_mode & 0o077 == 0

    second = start("up")
    assert second.ended([]) == 1
    assert f"already running in {project / '.local'}" in second.output

    for name, words in [
        ("web", "gunicorn"),
        ("worker", "--hostname=worker@"),
        ("beat", "celery_app beat"),
        ("PostgreSQL", "bin/postgres -D"),
        ("Valkey", "valkey-server"),
    ]:
        victim = shop.child(words)
        os.kill(victim, signal.SIGKILL)
        shop.wait_for(f"{name} died (killed by SIGKILL), starting it again")
        wait_until(partial(started_again, shop, words, victim), f"another {name}")

    wait_until(lambda: status(shop.address("shop")) == 200, "the shop serves again")
    task = begin_slow_task(shop, 2.0)
    assert shop.end(signal.SIGINT) == 0
    assert task.read_text() == "done"
    stopped = [line.split()[1] for line in shop.output.splitlines() if line.endswith(" s") and " stopped " in line]
    assert stopped == ["web", "beat", "Flower", "worker", "bulk-worker", "servers"]
    assert not (project / ".local" / "env").exists()


def test_a_second_terminal_has_the_same_apps(start: Callable[..., Runner], project: Path) -> None:
    """None of the demo where the shop has none, and those of the owner."""
    shop = start("up", SHOP_DEMO="false", SHOP_APPS="django.contrib.humanize")
    shop.wait_until_up()
    assert status(shop.address("shop")) == 200
    assert "createsuperuser" in shop.output
    assert "demo staff" not in shop.output
    command = [sys.executable, "manage.py", "import_catalogue"]
    loaded = subprocess.run(command, cwd=project, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)
    assert "nothing was loaded" in loaded.stderr
    assert shop.local_env()["SHOP_APPS"] == "django.contrib.humanize"
    assert shop.end(signal.SIGINT) == 0


def test_data_and_secrets_survive_a_killed_runner(start: Callable[..., Runner], project: Path) -> None:
    with (project / "celery_app.py").open("a") as source:
        source.write(SLOW_TASK)
    shop = start("up")
    shop.wait_until_up()
    first = shop.local_env()
    with psycopg2.connect(first["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT count(*) AS goods FROM inventory_product")
        cursor.execute("SELECT goods > 0 FROM kept")
        assert cursor.fetchone() == (True,)
    connection.close()
    redis.Redis.from_url(first["REDIS_URL"]).set("kept", "1")
    assert shop.end(signal.SIGKILL) == -signal.SIGKILL

    again = start("up")
    again.wait_until_up()
    second = again.local_env()
    assert second["SECRET_KEY"] == first["SECRET_KEY"]
    with psycopg2.connect(second["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT goods = (SELECT count(*) FROM inventory_product) FROM kept")
        assert cursor.fetchone() == (True,)
    connection.close()
    assert redis.Redis.from_url(second["REDIS_URL"]).get("kept") == b"1"
    assert again.log_in() == shop.log_in()

    task = begin_slow_task(again, 600.0)
    # The second signal hurries: without it the worker would be given a minute for its task. So less is waited here.
    assert again.end(signal.SIGTERM, signal.SIGTERM, patience=45.0) == 0
    assert task.read_text() == "begun"


def test_child_that_dies_at_its_start_ends_everything(start: Callable[..., Runner], project: Path) -> None:
    with (project / "celery_app.py").open("a") as source:
        source.write('\nif os.environ.get("SHOP_PROCESS") == "worker":\n    raise SystemExit("broken on purpose")\n')
    shop = start("up")
    shop.wait_for("demo staff can log in", patience=150.0)
    database = shop.child("bin/postgres -D")
    assert shop.ended([database]) == 1
    # Both kinds of worker end, and the one that was a little quicker is named.
    assert "worker ended at its start (exit code 1)." in shop.output
    assert "broken on purpose" in shop.output
    assert not (project / ".local" / "env").exists()


def test_command_that_fails_at_the_start_is_said(start: Callable[..., Runner], project: Path) -> None:
    with (project / "shop" / "settings.py").open("a") as source:
        source.write('\nraise RuntimeError("broken on purpose")\n')
    shop = start("up")
    assert shop.ended([]) == 1
    assert "error: manage.py migrate --noinput failed (exit code 1)." in shop.output
    assert "broken on purpose" in shop.output


def test_stop_during_the_start_leaves_nothing(start: Callable[..., Runner], project: Path) -> None:
    shop = start("up")
    shop.wait_for("Valkey answers")
    assert shop.end(signal.SIGTERM) == 0
    assert "catalogue is loaded" not in shop.output
