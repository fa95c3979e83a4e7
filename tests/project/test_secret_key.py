"""Without SECRET_KEY nothing of the shop starts, and each process says so in one line."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.shop.test_security_checks import PRODUCTION
from tests.support import processes
from tools.local.places import kept_secret_key
from tools.local.server import free_port

pytestmark = pytest.mark.django_db(transaction=True)

CELERY = ["celery", "-A", "celery_app"]
PROCESSES = {
    "web": ["gunicorn", "--config", "gunicorn.conf.py", "shop.wsgi"],
    "worker": [*CELERY, "worker", "-Q", "shopper,staff"],
    "beat": [*CELERY, "beat", "--schedule", "/dev/null/no"],
    "Flower": [*CELERY, "flower", "--address=127.0.0.1"],
    "migrate": ["manage", "migrate"],
    "collectstatic": ["manage", "collectstatic", "--noinput", "--dry-run"],
    "check": ["manage", "check"],
}
MISSING = ["unset", "empty", "blank", "an empty file"]


def environment(how: str, folder: Path) -> dict[str, str]:
    env = processes.test_environment(PORT=str(free_port()), FLOWER_BASIC_AUTH="staff:secret")
    del env["SECRET_KEY"]
    (folder / "key").write_text("\n")
    values = {"empty": {"SECRET_KEY": ""}, "blank": {"SECRET_KEY": "  "}}
    return env | values.get(how, {}) | ({"SECRET_KEY_FILE": str(folder / "key")} if how == "an empty file" else {})


@pytest.mark.parametrize("how", MISSING)
@pytest.mark.parametrize("name", PROCESSES)
def test_no_process_starts(name: str, how: str, tmp_path: Path) -> None:
    """Where one did start, the test would end with its time."""
    run = subprocess.run(
        [sys.executable, "-m", *PROCESSES[name]],
        cwd=processes.REPOSITORY,
        env=environment(how, tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode != 0
    (said,) = [line for line in (run.stdout + run.stderr).splitlines() if "SECRET_KEY" in line]
    assert said.startswith("error: SECRET_KEY is missing or empty. Set it in ")
    assert "Traceback" not in run.stdout + run.stderr
    assert "Listening" not in run.stderr


def test_the_key_of_make_up_is_one_for_the_internet(tmp_path: Path) -> None:
    key = kept_secret_key(tmp_path)
    assert kept_secret_key(tmp_path) == key
    run = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level=WARNING"],
        cwd=processes.REPOSITORY,
        env=processes.test_environment(**PRODUCTION, SECRET_KEY=key),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_a_key_of_before_stays(tmp_path: Path) -> None:
    """Another one would log everybody out."""
    (tmp_path / "secret-key").write_text("short\n")
    assert kept_secret_key(tmp_path) == "short"
