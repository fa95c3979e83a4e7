"""A release is taken back by running the version before on the database that this version has migrated.

A release is a commit "Version X.Y.Z" (docs/releasing.md). The version before is the newest below the present commit.
Its own code runs, with the packages of this version.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.models import F

from cart.audit import run_audit
from cart.models import Cart, CartItem
from orders.models import Order
from orders.states import State
from tests.support import processes
from tests.support.browsing import Shopper
from tests.support.databases import empty_database
from tests.support.waiting import wait_until
from tests.upgrade.dumps import VERSIONS, load
from tests.upgrade.test_rules import APPS, RELEASED
from tools.local.server import free_port

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (processes.REPOSITORY / ".git").exists(), reason="the version before is asked of git"),
]


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=processes.REPOSITORY, capture_output=True, check=True).stdout


def released(newest: str) -> str:
    """The commit of the last release that the history of this one has. Skips the test if it does not reach so far."""
    subject = "--grep=^Version [0-9]+\\.[0-9]+\\.[0-9]+"
    releases = git("log", "--format=%H", "--extended-regexp", subject, newest).decode().split()
    if not releases:
        pytest.skip("the history here does not reach the last release (git fetch --unshallow)")
    return releases[0]


@pytest.fixture(scope="module")
def version_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the files of the version before this one."""
    folder = tmp_path_factory.mktemp("version-before")
    subprocess.run(["tar", "-x"], input=git("archive", released("HEAD~1")), cwd=folder, check=True)
    return folder


@pytest.fixture
def its_database() -> Iterator[None]:
    """A database of the version before that this version has migrated."""
    with empty_database():
        load(VERSIONS[-1])
        call_command("migrate", verbosity=0)
        yield
    connections["default"].ensure_connection()


def test_the_newest_dump_has_the_migrations_of_the_last_release() -> None:
    """They are the ones that count as released."""
    files = map(Path, git("ls-tree", "-r", "--name-only", released("HEAD")).decode().split())
    migrations = {f"{file.parts[0]}.{file.stem}" for file in files if file.match("*/migrations/0*.py")}
    assert {name for name in migrations if name.split(".")[0] in APPS} == RELEASED


def test_the_code_of_the_version_before_does_everything_on_the_tables_of_this_one(version_before: Path) -> None:
    """What fills its dumps: orders in every state, carts, stock, imports, e-mails, and its workers' jobs."""
    with empty_database():
        call_command("migrate", verbosity=0)
        filling = (version_before / "tests" / "upgrade" / "stock_a_shop.py").read_text()
        subprocess.run(
            [sys.executable, "manage.py", "shell"],
            input=filling,
            text=True,
            env=processes.test_environment(SHOP_PROCESS="command", SHOP_TEST_BANK="true"),
            cwd=version_before,
            check=True,
        )
        assert set(Order.objects.values_list("state", flat=True)) == set(State.values)
        assert run_audit().is_clean
    connections["default"].ensure_connection()


@pytest.mark.usefixtures("its_database")
def test_web_and_worker_of_the_version_before_serve_shoppers(version_before: Path, tmp_path: Path) -> None:
    port = free_port()
    web = processes.start_web(tmp_path, port, folder=version_before)
    worker = processes.start_worker(tmp_path, folder=version_before)
    try:
        web.ready()
        worker.ready()
        shopper = Shopper(f"http://127.0.0.1:{port}")
        assert shopper.get("/").status == 200
        assert shopper.add(shopper.add_form("/products/goods-0/"), quantity="2").status == 200
        cart = Cart.objects.latest("pk")
        assert CartItem.objects.get(cart=cart).reserved_quantity == 2
        wait_until(lambda: Cart.objects.filter(pk=cart.pk, totals_version=F("version")), "its worker adds it up", 60)
        assert run_audit().is_clean
    finally:
        worker.kill()
        web.kill()
