"""The file by which a container's health is known: touched by a loop that runs, and only by it."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from core.celery import app
from core.redis import client
from tests.support.processes import start_beat, start_worker
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

COMPOSE = Path(__file__).resolve().parents[2] / "docker-compose.yml"


@pytest.fixture
def alive(tmp_path: Path) -> Path:
    return tmp_path / "alive"


def is_healthy(alive: Path) -> bool:
    """What the containers' own health check says of this file."""
    (command,) = re.findall(r'test: \["CMD-SHELL", "(.*/tmp/alive.*)"\]', COMPOSE.read_text())
    command = command.replace(r"\"", '"').replace("$$", "$").replace("/tmp/alive", str(alive))  # noqa: S108
    return subprocess.run(["sh", "-c", command], stderr=subprocess.DEVNULL, check=False).returncode == 0


def grow_old(alive: Path) -> None:
    """As it is when nobody has touched it for two minutes."""
    long_ago = time.time() - 120
    os.utime(alive, (long_ago, long_ago))


def test_a_file_that_is_missing_or_old_is_no_sign_of_life(alive: Path) -> None:
    assert not is_healthy(alive)
    alive.touch()
    assert is_healthy(alive)
    grow_old(alive)
    assert not is_healthy(alive)


def test_the_loop_of_a_worker_touches_it_until_it_is_stuck(alive: Path, tmp_path: Path) -> None:
    worker = start_worker(tmp_path, application="tests.support.worker_with_probes", SHOP_ALIVE_FILE=str(alive))
    try:
        worker.ready()
        grow_old(alive)
        wait_until(lambda: is_healthy(alive), "the worker touches it again")
        app.control.broadcast("probe_stuck", arguments={"seconds": 3})
        wait_until(lambda: client().exists("probe.stuck.over"), "the worker's loop was stuck and goes on")
        before, after = client().get("probe.stuck.before"), client().get("probe.stuck.over")
        assert before == after
        grow_old(alive)
        wait_until(lambda: is_healthy(alive), "it goes on")
    finally:
        worker.teardown()


def test_the_loop_of_beat_touches_it(alive: Path, tmp_path: Path) -> None:
    beat = start_beat(tmp_path, SHOP_ALIVE_FILE=str(alive))
    try:
        wait_until(lambda: is_healthy(alive), "beat touches it")
        grow_old(alive)
        wait_until(lambda: is_healthy(alive), "and again")
    finally:
        beat.teardown()
