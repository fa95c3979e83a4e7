"""`save` makes a backup, complete or not at all; `read_manifest` checks one."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tools.backup.programs import BackupError, command, environment, place, server_version
from tools.terminal import step

DATABASE, MEDIA, _FILE = "database.dump", "media.tar", "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """Version of the shop and of PostgreSQL (18.1 is 180001), migrations as `app.name`, SHA-256 by file name."""

    version: str
    postgres: int
    migrations: list[str]
    files: dict[str, str]


def write_manifest(folder: Path) -> None:
    """Write the manifest of the files in this folder. The database must be the one that they were made from."""
    applied = MigrationRecorder(connection).applied_migrations()
    manifest = Manifest(
        version=settings.SHOP_VERSION,
        postgres=server_version(),
        migrations=sorted(".".join(key) for key in applied),
        files={name: _digest(folder / name) for name in (DATABASE, MEDIA)},
    )
    (folder / _FILE).write_text(json.dumps(asdict(manifest), indent=1) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a backup. Raises BackupError if it is no backup, is broken, or is of a newer shop."""
    try:
        manifest = Manifest(**json.loads((folder / _FILE).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{folder} is no backup: {error}") from None
    for name, digest in manifest.files.items():
        if not (folder / name).is_file() or _digest(folder / name) != digest:
            raise BackupError(f"{folder / name} is not what was saved: it is missing or broken. Take another backup.")
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations or {}}
    if unknown := sorted(set(manifest.migrations) - known):
        raise BackupError(
            f"The backup is of version {manifest.version}, which has migrations that this one "
            f"({settings.SHOP_VERSION}) does not know: {', '.join(unknown)}. Restore it with that version."
        )
    return manifest


def _digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def refuse_other_storage() -> None:
    """Raise BackupError if photographs are not stored in a folder: a backup would silently lack them."""
    if not isinstance(default_storage, FileSystemStorage):
        raise BackupError(
            f"Photographs lie in {default_storage.__class__.__name__}, not in a folder. Nothing was done. Use pg_dump "
            "and pg_restore for the database, and the means of that storage for the photographs."
        )


def save(parent: Path) -> Path:
    """Save the database and MEDIA_ROOT to a new folder in `parent`. Returns that folder. Raises BackupError.

    The shop may be running: the dump is a snapshot of one moment. The folder gets its name only when it is complete.
    Only its owner can read it, since it contains customers' data.
    """
    refuse_other_storage()
    umask = os.umask(0o077)  # pg_dump inherits it
    try:
        return _save(parent)
    finally:
        os.umask(umask)


def _save(parent: Path) -> Path:
    made = parent / datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    unfinished = made.with_suffix(".unfinished")
    parent.mkdir(parents=True, exist_ok=True)
    unfinished.mkdir()
    try:
        _fill(unfinished)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    return unfinished.rename(made)


def _fill(folder: Path) -> None:
    with step("database"):
        _dump(folder / DATABASE)
    with step("photographs"):
        _pack(folder / MEDIA)
    with step("manifest"):
        write_manifest(folder)


def _dump(file: Path) -> None:
    """Leave out owners and privileges: the dump may be restored under another role."""
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={file}"]
    done = subprocess.run(  # noqa: S603 - ours
        command("pg_dump", *options, *place()), env=environment(), stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"pg_dump failed.\n{done.stderr.strip()}")


def _pack(file: Path) -> None:
    """Called after the dump: the archive may have a photograph too many, but never one too few."""
    with tarfile.open(file, "w") as tar:
        if Path(settings.MEDIA_ROOT).is_dir():
            tar.add(settings.MEDIA_ROOT, arcname=".")
