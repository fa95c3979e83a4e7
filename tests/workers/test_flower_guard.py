"""Flower is refused without a log-in, whichever way its options come."""

import os
import subprocess
import sys

import pytest

from shop.local.server import free_port
from tests.processes import REPOSITORY
from workers.flower_guard import has_log_in


def test_it_does_not_start() -> None:
    """By hand, with no option at all. Where it did, the test would end with its time."""
    run = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "celery_app", "flower", f"--port={free_port()}"],
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if not name.startswith("FLOWER_")},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert run.returncode == 1
    assert "Error: Flower does not start without a log-in: set FLOWER_BASIC_AUTH" in run.stderr


@pytest.mark.parametrize(
    ("basic_auth", "auth", "expected"),
    [
        (["staff:secret"], "", True),
        (["staff:secret", "ada:secret"], "", True),
        ([], r".*@shop\.example", True),
        ([], "", False),
        ([""], "", False),  # what FLOWER_BASIC_AUTH= leads to
        (["staff:"], "", False),
        ([":secret"], "", False),
        (["staff:secret", ""], "", False),
    ],
)
def test_what_a_log_in_is(basic_auth: list[str], auth: str, expected: bool) -> None:
    assert has_log_in(basic_auth, auth) is expected
