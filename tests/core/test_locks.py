"""Advisory locks: one list of numbers, which all of the code goes through and docs/locking.md repeats."""

import re

import pytest
from django.conf import settings
from django.db.transaction import TransactionManagementError

from core.locks import AdvisoryLock
from tests.project.test_no_session_state import APPS, texts

HOME = settings.BASE_DIR / "core" / "locks.py"


def test_nothing_else_names_an_advisory_lock() -> None:
    """Neither in Python, migrations among it, nor in SQL files; a comment may. So no number can be taken twice."""
    files = [file for app in (*APPS, "bench") for file in (settings.BASE_DIR / app).rglob("*.*") if file != HOME]
    said = [(file, text) for file in files if file.suffix == ".py" for text in texts(file)]
    said += [(file, file.read_text()) for file in files if file.suffix == ".sql"]
    assert any("pg_try_advisory" in text for text in texts(HOME))
    assert [(file, text) for file, text in said if re.search("pg_(try_)?advisory", text)] == []


def test_the_page_on_locking_lists_them_all() -> None:
    page = (settings.BASE_DIR / "docs" / "locking.md").read_text()
    listed = re.findall(r"^\| (\d+) \| `(\w+)` \|", page, re.MULTILINE)
    assert listed == [(str(lock.value), lock.name) for lock in AdvisoryLock]


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_they_are_refused() -> None:
    with pytest.raises(TransactionManagementError):
        AdvisoryLock.CATALOGUE.acquire()
    with pytest.raises(TransactionManagementError):
        AdvisoryLock.CATALOGUE.try_acquire()
