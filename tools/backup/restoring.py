"""`restore`: load a backup into an empty database, all of it or nothing."""

import subprocess
import tarfile
import time
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.db import connection

from tools.backup.programs import BackupError, command, environment, place
from tools.backup.saving import DATABASE, MEDIA, Manifest, read_manifest, refuse_other_storage
from tools.terminal import step

_LEAVING = 3.0  # seconds
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"


def restore(folder: Path, *, force: bool = False) -> Manifest:
    """Restore the database and MEDIA_ROOT from a folder that `save` made. Returns its manifest.

    `force` drops the present tables in the transaction that loads the backup: if it fails, the database is unchanged.
    Raises BackupError if the backup is broken or of a newer version, if the database is in use, and without `force` if
    the database is not empty.
    """
    refuse_other_storage()
    with step("backup is whole"):
        manifest = read_manifest(folder)
        _check_photographs(folder / MEDIA)
    _refuse_if_used()
    is_empty = _is_empty()
    if not (is_empty or force):
        raise BackupError("The database is not empty. FORCE=1 throws away what is in it; make a backup of that first.")
    connection.close()
    with step("database"):
        _load(folder / DATABASE, first="" if is_empty else _EMPTY)
    with step("photographs"), tarfile.open(folder / MEDIA) as tar:
        # Exists from Python 3.11.4 on. Before it, the check above must suffice.
        tar.extraction_filter = getattr(tarfile, "data_filter", None)
        tar.extractall(settings.MEDIA_ROOT)  # noqa: S202
    return manifest


def _check_photographs(archive: Path) -> None:
    """Refuse links and paths that leave the folder, before anything is changed."""
    root = Path(settings.MEDIA_ROOT).resolve()
    with tarfile.open(archive) as tar:
        for member in tar:
            is_inside = (root / member.name).resolve().is_relative_to(root)
            if not (is_inside and (member.isfile() or member.isdir())):
                raise BackupError(
                    f"{archive}: {member.name} is no file in the folder of photographs. Take another backup."
                )


def _refuse_if_used() -> None:
    """Ask again for some seconds: the session of a program that has just ended stays for a moment."""
    deadline = time.monotonic() + _LEAVING
    while _ask(_OTHERS):
        if time.monotonic() > deadline:
            raise BackupError("Somebody uses the database: stop web, workers, beat and whatever else has a session.")
        time.sleep(0.1)  # PostgreSQL sends no notification when a session ends


def _is_empty() -> bool:
    return not _ask("SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('public')")


def _ask(question: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def _load(dump: Path, *, first: str) -> None:
    """Send COMMIT only after pg_restore has succeeded, so that nothing of a truncated dump is kept."""
    options = ["--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1", "--file=-", *place()]
    with subprocess.Popen(  # noqa: S603 - ours
        command("psql", *options), env=environment(), stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as psql:
        into = cast(IO[bytes], psql.stdin)
        into.write(f"BEGIN; {first}\n".encode())
        into.flush()
        options = ["--no-owner", "--no-privileges", "--file=-", str(dump)]
        reading = subprocess.run(command("pg_restore", *options), stdout=into, check=False)  # noqa: S603 - ours
        said = psql.communicate(b"COMMIT;\n" if reading.returncode == 0 else b"")[1]
    if reading.returncode or psql.returncode:
        raise BackupError(f"Nothing was restored.\n{said.decode(errors='replace').strip()}")
