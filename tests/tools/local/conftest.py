"""Fixtures of the runner's tests: they use neither Django nor this run's own servers."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tools.local.runner import REPOSITORY, Runner, copy_project


@pytest.fixture(autouse=True)
def empty_redis() -> None:
    """Nothing to empty: overrides the fixture of the same name."""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A temporary folder that PostgreSQL's user may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="runner-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def project(open_folder: Path) -> Path:
    """A copy of the project, to run the whole site in."""
    return copy_project(open_folder)


@pytest.fixture
def start(request: pytest.FixtureRequest, open_folder: Path) -> Iterator[Callable[..., Runner]]:
    """Start `python -m tools.local …`, in the copy where the test asks for one; what still runs after it is killed."""
    copied = "project" in request.fixturenames
    project: Path = request.getfixturevalue("project") if copied else REPOSITORY
    local = project / ".local" if copied else open_folder / "local"
    started: list[Runner] = []

    def start_one(*arguments: str, **env: str) -> Runner:
        started.append(Runner(project, local, *arguments, env=env))
        return started[-1]

    yield start_one
    for runner in started:
        if runner.process.poll() is None:
            runner.process.kill()
        runner.process.wait()
        runner.join()
