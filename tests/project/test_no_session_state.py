"""No statement of the shop leaves anything in a session: behind a pooler the next transaction is somebody else's.

`tests/faults/test_pgbouncer.py` asks the sessions themselves, after adds and their effects; here is all the rest.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

APPS = (
    "shop",
    "backoffice",
    "workers",
    "analytics",
    "customers",
    "withdrawals",
    "orders",
    "cart",
    "inventory",
    "delivery",
    "outbox",
    "core",
    "demo",
)
# Sets what a session waits for where no pooler can be, and takes it back; see there.
EXCEPT = {"shop/management/commands/migrate.py"}
_OUTLIVES_A_TRANSACTION = re.compile(
    r"""(?:\A|;)\s*(?:
            SET\s+(?!LOCAL\b|TRANSACTION\b|CONSTRAINTS\b)[a-z_.]*\s*(?:SESSION\b|=|TO\b)
          | (?:RESET|LISTEN|PREPARE|DECLARE|DISCARD)\s+["a-zA-Z_]
          | CREATE\s+TEMP )
        | pg_(?:try_)?advisory_(?:un)?lock
        | set_config""",
    re.VERBOSE,
)


def texts(file: Path) -> Iterator[str]:
    """Every text in a module, statements among them."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("app", APPS)
def test_an_app_keeps_nothing_in_a_session(app: str) -> None:
    files = [file for file in (settings.BASE_DIR / app).rglob("*.py") if not _is_excepted(file)]
    found = [(file, text) for file in files for text in texts(file) if _OUTLIVES_A_TRANSACTION.search(text)]
    assert files
    assert found == []


def _is_excepted(file: Path) -> bool:
    return str(file.relative_to(settings.BASE_DIR)) in EXCEPT


@pytest.mark.parametrize(
    "statement",
    [
        "SET lock_timeout = '1s'",
        "\n  SET work_mem TO '5MB'",
        "SET SESSION statement_timeout = 0",
        "SELECT 1; SET search_path = public",
        "RESET lock_timeout",
        "LISTEN effects",
        "CREATE TEMPORARY TABLE rows (id int)",
        "SELECT pg_advisory_lock(5)",
        "SELECT pg_try_advisory_lock(5)",
        "SELECT set_config('lock_timeout', '1s', false)",
    ],
)
def test_what_is_looked_for_is_found(statement: str) -> None:
    assert _OUTLIVES_A_TRANSACTION.search(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SET LOCAL lock_timeout = '1s'",
        "UPDATE cart_cart\n   SET version = version + 1",
        "SELECT pg_advisory_xact_lock(1, 5)",
        "SELECT pg_try_advisory_xact_lock(2, 0)",
    ],
)
def test_what_ends_with_its_transaction_is_allowed(statement: str) -> None:
    assert not _OUTLIVES_A_TRANSACTION.search(statement)


def test_no_cursor_stays_in_the_server() -> None:
    assert settings.DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] is True
