"""How far a worker is with an import. In Redis, since the transaction that it works in shows nothing before its end.

Only the page's bar depends on it: where Redis is away the page still says that the work goes on, and when it is done.
"""

import json
from dataclasses import asdict, dataclass

from core.redis import client, try_redis

_LIFE = 60  # seconds; a worker that died says nothing more


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done, and how much of it."""

    step: str
    done: int = 0
    of: int = 0

    @property
    def percent(self) -> int:
        return 100 * self.done // self.of if self.of else 0


def note_progress(job_id: int, progress: Progress) -> None:
    """Show how far it is, to whoever looks within a minute."""
    try_redis(lambda: client().set(_key(job_id), json.dumps(asdict(progress)), ex=_LIFE), otherwise=None)


def read_progress(job_id: int) -> Progress | None:
    """How far it is; None where no worker has said so."""
    found = try_redis(lambda: client().get(_key(job_id)), otherwise=None)
    return Progress(**json.loads(found)) if isinstance(found, bytes) else None


def forget_progress(job_id: int) -> None:
    """The work is over."""
    try_redis(lambda: client().delete(_key(job_id)), otherwise=None)


def _key(job_id: int) -> str:
    return f"import:{job_id}:progress"
