"""Failpoints: named points where a test lets a process die or a handler fail, in `web` and `worker` of this folder.

A file of its name arms a point. The process that removes the file dies, so a point that is armed kills only once.
"""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_folder = Path(os.environ["FAULTS_FOLDER"])


def die_at(point: str) -> None:
    """End this process, as SIGKILL would, if the point is armed."""
    try:
        (_folder / point).unlink()
    except FileNotFoundError:
        return
    os._exit(9)


def is_armed(point: str) -> bool:
    return (_folder / point).exists()


def dying_after(point: str, function: Callable[P, R]) -> Callable[P, R]:
    """Return the function with the point after it."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        result = function(*args, **kwargs)
        die_at(point)
        return result

    return wrapper


def dying_before(point: str, function: Callable[P, R]) -> Callable[P, R]:
    """Return the function with the point before it."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        die_at(point)
        return function(*args, **kwargs)

    return wrapper
