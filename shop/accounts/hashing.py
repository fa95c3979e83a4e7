"""`BoundedHasher` hashes only a few passwords at a time in each process, so that log-ins never block pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import PBKDF2PasswordHasher

AT_ONCE = 2  # in a process: more would only compete for its processors
# A web process has four threads (gunicorn.conf.py), so one is always left for pages.
AT_ONCE_OR_WAITING = 3
WAIT_SECONDS = 3.0

_admitted = BoundedSemaphore(AT_ONCE_OR_WAITING)
_hashing = BoundedSemaphore(AT_ONCE)


class HasherBusy(Exception):
    """Too many passwords are being hashed in this process. Nothing was checked or changed; pages answer 503."""


class BoundedHasher(PBKDF2PasswordHasher):
    """Django's hasher, with the same hashes. Raises HasherBusy if the queue is full, or after WAIT_SECONDS."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        """Called for every hash: to check a password, to set one, and for a name that does not exist."""
        with _turn():
            return super().encode(password, salt, iterations)


@contextmanager
def _turn() -> Iterator[None]:
    if not _admitted.acquire(blocking=False):
        raise HasherBusy
    try:
        if not _hashing.acquire(timeout=WAIT_SECONDS):
            raise HasherBusy
        try:
            yield
        finally:
            _hashing.release()
    finally:
        _admitted.release()
