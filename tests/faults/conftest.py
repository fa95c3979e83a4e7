"""Fixtures: a shop for each test, and `note`, which fills the table of docs/guarantees.md."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.faults import report
from tests.faults.site import Setup, Site, running_site
from tests.faults.template import make_template
from tests.support.own_servers import _database, empty_redis
from tools.local.places import throw_away_folder

__all__ = ["_database", "empty_redis"]

StartSite = Callable[..., Site]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "quick_fault: a deterministic row, part of `make test`")
    config.addinivalue_line("markers", "row(number, fault, held): what the table of docs/guarantees.md says of it")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the slow rows only if this folder is named on the command line."""
    here = Path(__file__).parent
    ours = [item for item in items if here in item.path.parents]
    if not any("tests/faults" in argument for argument in config.args):
        slow = [item for item in ours if not item.get_closest_marker("quick_fault")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.fixture(scope="session")
def template(django_db_blocker: Any) -> Iterator[Path]:
    with throw_away_folder() as folder:
        (folder / "postgres").mkdir()
        # Not for longer: it would let tests of other folders reach the database unasked.
        with django_db_blocker.unblock():
            made = make_template(folder / "postgres")
        yield made


@pytest.fixture
def start_site(template: Path) -> Iterator[StartSite]:
    """Start a shop that differs by the fields of `Setup`."""
    with ExitStack() as stack:
        yield lambda **setup: stack.enter_context(running_site(template, Setup(**setup)))


@pytest.fixture
def site(start_site: StartSite) -> Site:
    """A shop as `make up` runs it."""
    return start_site()


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Write the results into the table."""

    def note_row(observed: Any, *, remark: str = "") -> None:
        number, fault, held = request.node.get_closest_marker("row").args
        report.note(number, fault, f"{held} {remark}".strip(), observed)

    return note_row


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    report.write_if_asked(complete=exitstatus == 0)
