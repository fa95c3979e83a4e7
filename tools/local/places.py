"""Where files are: `.local`, temporary folders, stored secrets, folders that `nobody` can reach."""

import contextlib
import fcntl
import os
import pwd
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tools.terminal import LocalError

REPOSITORY = Path(__file__).resolve().parents[2]
OUTSIDE = Path("/var/lib/holdfast-shop")
THROW_AWAY = "holdfast-shop-"
ABANDONED_SECONDS = 60


def local_folder() -> Path:
    """Return SHOP_LOCAL_DIR, else `.local` in the repository: data, logs, secrets. Created if missing."""
    folder = Path(os.environ.get("SHOP_LOCAL_DIR") or REPOSITORY / ".local").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)  # PostgreSQL's user must be able to pass through
    return folder


def server_user() -> tuple[int, int] | None:
    """Return (uid, gid) to run PostgreSQL as, which refuses to run as root; None for our own user."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return nobody.pw_uid, nobody.pw_gid


def reachable(path: Path) -> bool:
    """Return whether PostgreSQL's user may enter every folder above `path`."""
    return server_user() is None or all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def reachable_folder(folder: Path) -> Path:
    """Create `folder` and return it. If PostgreSQL's user cannot reach it, it is a link to a folder elsewhere."""
    if folder.is_symlink() and not folder.exists():
        folder.unlink()
    if not folder.is_symlink():
        if not folder.exists() and not reachable(folder):
            folder.symlink_to(_new_outside())
        folder.mkdir(exist_ok=True)
    real = folder.resolve()
    if not reachable(real):
        raise LocalError(f"PostgreSQL runs as `nobody`, who cannot enter the folders above {real}; move it.")
    real.chmod(0o711)
    return real


def _new_outside() -> Path:
    try:
        OUTSIDE.mkdir(mode=0o755, exist_ok=True)
        OUTSIDE.chmod(0o755)
        return Path(tempfile.mkdtemp(prefix="data-", dir=OUTSIDE))
    except OSError as error:
        raise LocalError(f"PostgreSQL runs as `nobody` and needs a folder in {OUTSIDE}: {error}") from None


def kept_secret(file: Path, *, size: int = 32) -> str:
    """Return the secret stored in `file`, generated from `size` bytes on first use. Only its owner can read it."""
    with contextlib.suppress(FileNotFoundError):
        if kept := file.read_text().strip():
            return kept
    made = secrets.token_urlsafe(size)
    write_private(file, made + "\n")
    return made


def kept_secret_key(folder: Path) -> str:
    """Return the SECRET_KEY stored in `folder`, as long as `manage.py check --deploy` requires.

    A shorter key of an earlier version is kept: a new key would log everybody out.
    """
    return kept_secret(folder / "secret-key", size=64)


def for_owner(file: str, flags: int) -> int:
    """An opener for `open()` that makes the file, also one that exists, accessible to its owner only."""
    descriptor = os.open(file, flags, 0o600)
    os.fchmod(descriptor, 0o600)
    return descriptor


def write_private(file: Path, text: str) -> None:
    """Write `text` atomically, readable by its owner only."""
    new = file.with_name(file.name + ".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
    new.replace(file)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock `folder` for this process. Raises LocalError if another one has it. The kernel unlocks it when we die."""
    with open(folder / "lock", "a+", opener=for_owner) as handle:
        if not _try_lock(handle.fileno()):
            handle.seek(0)
            raise LocalError(f"The shop is already running in {folder} (process {handle.read().strip()}).")
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def throw_away_folder() -> Iterator[Path]:
    """Yield a temporary folder, removed afterwards. Also removes folders that killed processes left."""
    base = Path(tempfile.gettempdir())
    base = base if reachable(base / "any") else Path("/tmp")  # noqa: S108 - a folder of our own is made in it
    _remove_abandoned(base)
    folder = Path(tempfile.mkdtemp(prefix=THROW_AWAY, dir=base))
    folder.chmod(0o711)
    try:
        with locked(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(base: Path) -> None:
    for folder in base.glob(THROW_AWAY + "*"):
        with contextlib.suppress(OSError, LocalError):
            found = folder.stat()
            # The process of a new folder may not have locked it yet.
            if found.st_uid == os.geteuid() and time.time() - found.st_mtime > ABANDONED_SECONDS:
                with locked(folder):
                    shutil.rmtree(folder, ignore_errors=True)
