"""`cannot_run`, for tests that need a program which not every machine has."""

import os
from typing import NoReturn

import pytest


def cannot_run(missing: str, *, required_by: str) -> NoReturn:
    """Skip the test. Fail it if the variable `required_by` is 1, so that CI does not pass by skipping."""
    if os.environ.get(required_by) == "1":
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)
