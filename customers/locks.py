"""The advisory lock of customers. See docs/locking.md."""

from core.locks import AdvisoryLock


def lock_customers() -> None:
    """Let one transaction at a time count customers. No row is locked, so nobody else waits."""
    AdvisoryLock.CUSTOMERS.acquire()
