"""Making a backup, whole or not at all."""

import os
import shutil
import subprocess
import tarfile
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from tools.backup.manifest import DATABASE, MEDIA, write_manifest
from tools.backup.programs import BackupError, command, environment, place
from tools.terminal import step


def save(parent: Path) -> Path:
    """Put a backup of the database and of MEDIA_ROOT into a new folder of `parent`; returns that folder.

    The shop may be at work: the dump is a picture of one moment. The folder has its name only once all is in it; it
    can be read by its owner only, since it has what customers entrusted to the shop. Raises BackupError.
    """
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
