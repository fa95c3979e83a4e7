"""The commands of the runbook and of releasing.md are run by tests as they are written.

Here are those for the shop and its database. `make test-docker` runs those for containers.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.support import processes
from tests.support.documented import ROOT, commands

pytestmark = pytest.mark.django_db(transaction=True)

GIVEN = commands("docs/runbook.md") + commands("docs/releasing.md")
# What no test runs as it is written, and why.
NOT_RUN = {
    "curl https://shop.example/readyz": "a name that is not ours; tests/shop asks for the page",
    "manage.py oversell_drill --buyers 50 --units 10": "tests/tools runs it with fewer processes",
    "make backup": "tests/tools/test_backups.py",
    "git fetch --tags && git checkout vX.Y.Z": "the version that is installed is the one under test",
    'git commit -am "Version X.Y.Z"': "it would be a release",
    "tests/upgrade/dump HEAD X.Y.Z": "tests/upgrade loads what it wrote",
    "git add tests/upgrade && git commit --amend --no-edit": "it would be a release",
    "docker compose build --pull proxy": "it asks a registry for a newer Caddy",
}
OF_CONTAINERS = ("docker ", "redis-cli ", "old=$(docker", "while docker", "export SHOP_VERSION")  # tests/docker
QUERIES = [command for command in GIVEN if command.startswith("SELECT")]
OF_SHOP = [command for command in GIVEN if command.startswith("manage.py") and command not in NOT_RUN]
OF_WORKERS = [command for command in GIVEN if command.startswith("celery")]
OF_FILES = [command for command in GIVEN if command.startswith("sed")]


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    line = re.sub(r"^manage\.py", f"{sys.executable} {ROOT}/manage.py", command)
    line = re.sub(r"^celery", f"{sys.executable} -m celery --workdir {ROOT}", line)
    env = processes.test_environment(SHOP_PROCESS="command")
    return subprocess.run(["bash", "-c", line], cwd=folder, env=env, capture_output=True, text=True, timeout=120)


def test_each_command_is_run_by_a_test_or_has_a_reason_why_not() -> None:
    run_here = [*QUERIES, *OF_SHOP, *OF_WORKERS, *OF_FILES]
    assert min(map(len, (QUERIES, OF_SHOP, OF_WORKERS, OF_FILES))) > 1
    others = [each for each in GIVEN if each not in run_here and not each.startswith(OF_CONTAINERS)]
    assert set(others) <= set(NOT_RUN)
    assert set(NOT_RUN) <= set(GIVEN), "a reason for a command that no document gives"


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_can_be_asked(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query)
        assert cursor.description


@pytest.mark.parametrize("command", OF_SHOP)
def test_a_command_for_the_shop_is_understood(command: str, tmp_path: Path) -> None:
    """`effects_status` exits with 1 here, as it says: neither beat nor a worker runs."""
    ran = run(command, tmp_path)
    assert ran.returncode == int("effects_status" in command), ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[None]:
    worker = processes.start_worker(tmp_path)
    worker.ready()
    yield
    worker.stop()


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("command", OF_WORKERS)
def test_a_command_for_workers_is_understood(command: str, tmp_path: Path) -> None:
    ran = run(command, tmp_path)
    assert ran.returncode == 0, ran.stderr


def test_the_commands_of_a_release_set_its_number_wherever_it_is(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "docker-compose.yml"):
        shutil.copy(ROOT / name, tmp_path)
    for command in OF_FILES:
        assert run(command.replace("X.Y.Z", "12.34.56"), tmp_path).returncode == 0
    assert '\nversion = "12.34.56"\n' in (tmp_path / "pyproject.toml").read_text()
    tags = re.findall(r"SHOP_VERSION:-([^}]*)}", (tmp_path / "docker-compose.yml").read_text())
    assert set(tags) == {"12.34.56"}
