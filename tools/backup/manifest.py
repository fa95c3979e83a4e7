"""What a backup says of itself, so that it is not restored where it does not belong, nor when it is broken."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tools.backup.programs import BackupError, server_version

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
