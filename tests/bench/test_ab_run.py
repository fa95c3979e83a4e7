"""`python -m bench.ab` from end to end, as short as it can be: what it says, and that nothing is left."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.processes import REPOSITORY
from tools.local.places import THROW_AWAY
from tools.local.process import descendants, is_alive

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(not (REPOSITORY / ".git").exists(), reason="the revisions to compare are asked of git"),
]

ROW = re.compile(r"^(add by HTTP|  PostgreSQL for it|product page) +[\d.]+ +[\d.]+ +[\d.]+   [\d.]+ to [\d.]+", re.M)


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.ab", *arguments]
    return subprocess.Popen(
        command, cwd=REPOSITORY, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )


def folders(pid: int) -> list[Path]:
    """Throw-away folders of a process that still lie there."""
    locks = Path(tempfile.gettempdir()).glob(f"{THROW_AWAY}*/lock")
    return [lock.parent for lock in locks if lock.read_text() == str(pid)]


@pytest.mark.timeout(240)
def test_two_revisions_are_compared() -> None:
    run = start("HEAD", ".", "add", "product", "--pairs", "1", "--minutes", "0.01")
    said, _ = run.communicate()
    assert run.returncode == 0, said
    assert ROW.findall(said) == ["add by HTTP", "  PostgreSQL for it", "product page"], said
    assert "±" in said
    assert folders(run.pid) == []


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("no-such-revision", "."), 1, "error: git knows no revision 'no-such-revision'"),
        (("HEAD", ".", "speed"), 2, "there is no measure speed; there are: add, service"),
        (("HEAD", ".", "--pairs", "0"), 2, "--pairs and --minutes are more than 0"),
        (("HEAD", ".", "--minutes", "-1"), 2, "--pairs and --minutes are more than 0"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(arguments: tuple[str, ...], code: int, says: str) -> None:
    run = start(*arguments)
    said, _ = run.communicate()
    assert run.returncode == code
    assert says in said.splitlines()[-1]
    assert folders(run.pid) == []


@pytest.mark.timeout(240)
def test_after_ctrl_c_nothing_is_left() -> None:
    run = start("HEAD", ".", "product")
    assert run.stdout
    for line in run.stdout:
        if "A is prepared" in line:
            break
    started = descendants(run.pid)
    assert started
    os.kill(run.pid, signal.SIGINT)
    run.communicate()
    assert run.returncode == 128 + signal.SIGINT
    assert not any(map(is_alive, started))
    assert folders(run.pid) == []
