"""The programs among the tests that `make` starts: each loads in a process that no test has prepared."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = sorted(set(re.findall(r"-m (tests\.[\w.]+)", (ROOT / "Makefile").read_text())))


@pytest.mark.parametrize("module", PROGRAMS)
def test_it_loads(module: str) -> None:
    bare = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    loaded = subprocess.run(
        [sys.executable, "-c", f"import {module}"], cwd=ROOT, env=bare, capture_output=True, text=True
    )
    assert loaded.returncode == 0, loaded.stderr
