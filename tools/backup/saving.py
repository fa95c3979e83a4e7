"""Making a backup, whole or not at all."""

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
    """Version of the shop and of PostgreSQL (18.1 is 180001), migrations as `app.name`, SHA-256 by file."""

    version: str
    postgres: int
    migrations: list[str]
    files: dict[str, str]


def write_manifest(folder: Path) -> None:
    """Describe the files that are in this folder, from the database that they were made of."""
    applied = MigrationRecorder(connection).applied_migrations()
    manifest = Manifest(
        version=settings.SHOP_VERSION,
        postgres=server_version(),
        migrations=sorted(".".join(key) for key in applied),
        files={name: _digest(folder / name) for name in (DATABASE, MEDIA)},
    )
    (folder / _FILE).write_text(json.dumps(asdict(manifest), indent=1) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """What is in this folder. Raises BackupError where that is no backup, is broken, or is of a newer shop."""
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
    """Raise BackupError where photographs lie in no folder: packed as one, they would be missing in silence."""
    if not isinstance(default_storage, FileSystemStorage):
        raise BackupError(
            f"Photographs lie in {default_storage.__class__.__name__}, not in a folder. Nothing was done. Use pg_dump "
            "and pg_restore for the database, and the means of that storage for the photographs."
        )


def save(parent: Path) -> Path:
    """Put a backup of the database and of MEDIA_ROOT into a new folder of `parent`; returns that folder.

    The shop may be at work: the dump is a picture of one moment. The folder has its name only once all is in it; it
    can be read by its owner only, since it has what customers entrusted to the shop. Raises BackupError.
    """
    refuse_other_storage()
    umask = os.umask(0o077)  # of pg_dump too
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
    """Without owners and rights: it may be restored under another role."""
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={file}"]
    done = subprocess.run(  # noqa: S603 - ours
        command("pg_dump", *options, *place()), env=environment(), stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"pg_dump failed.\n{done.stderr.strip()}")


def _pack(file: Path) -> None:
    """After the dump: a photograph that is added meanwhile is one too many, and never one too few."""
    with tarfile.open(file, "w") as tar:
        if Path(settings.MEDIA_ROOT).is_dir():
            tar.add(settings.MEDIA_ROOT, arcname=".")
