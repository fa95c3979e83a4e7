"""Tests that need a program which not every machine has."""

import os
from typing import NoReturn

import pytest


def cannot_run(missing: str, *, required_by: str) -> NoReturn:
    """Skip the test, or fail it where that variable is 1: CI must not pass by what it did not run."""
    if os.environ.get(required_by) == "1":
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)
