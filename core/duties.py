"""`read_duties`: what the law asks of the shop, how it is met, and what misses.

An app registers its duties in its module `duties`. What only a lawyer can judge, such as words, is not judged here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One duty. `met_by` says where the shop meets it, `evidence` what was seen of it last, `missing` what to do."""

    name: str
    law: str
    met_by: str
    evidence: str = ""
    missing: list[str] = field(default_factory=list)


Reader = Callable[[], Duty]
_readers: list[Reader] = []


def register(reader: Reader) -> Reader:
    """Decorate a function that reads a duty, with few cheap queries."""
    _readers.append(reader)
    return reader


def read_duties() -> list[Duty]:
    """All duties, in the order of their registration."""
    return [reader() for reader in _readers]
